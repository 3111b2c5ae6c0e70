// The contact page: numbers choose in the menu of phases.
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
})();
