// The contact page: numbers choose in the menu of phases; its composer. Ctrl or Cmd+Enter sends; n and l open it for a note or
// a call (see data-key in keys.js).
"use strict";

(() => {
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest("[data-numbered]");
    if (!menu || event.ctrlKey || event.metaKey || event.altKey) return;
    const buttons = [...menu.querySelectorAll("[name=phase]")];
    const chosen = buttons[Number(event.key) - 1];
    if (chosen && !chosen.disabled) chosen.click();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const free = buttons.filter((button) => !button.disabled);
    const next = free[free.indexOf(document.activeElement) + step];
    if (next) next.focus();
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-compose]");
    const composer = document.querySelector("[data-composer]");
    if (!opener || !composer) return;
    composer.hidden = false;
    composer.elements.kind.value = opener.dataset.compose;
    composer.elements.note.focus();
  });
  document.addEventListener("keydown", (event) => {
    const composer = event.target.closest("[data-composer]");
    if (!composer) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      composer.requestSubmit();
    } else if (event.key === "Escape" && !composer.elements.note.value) {
      composer.hidden = true;
    }
  });
})();
