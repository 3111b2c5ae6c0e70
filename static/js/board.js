// Moving cards on a journey board: dragged, or by the menu that `m` opens and numbers
// choose from. Where a card may not go, the column says why before it is dropped; the
// server decides in any case.
"use strict";

(() => {
  const menu = document.getElementById("move-menu");
  const board = () => document.getElementById("board");
  const why = menu ? JSON.parse(document.getElementById("move-targets").textContent) : {};
  let moved = null; // whose card is to have the focus again

  function move(contact, phase) {
    moved = contact;
    window.htmx.ajax("POST", board().dataset.moveUrl, {
      target: "#board",
      swap: "outerHTML",
      values: { contact, phase },
    });
  }

  // The menu --------------------------------------------------------------------

  function open(card) {
    const column = card.closest("[data-phase]");
    menu.querySelector("[data-who]").textContent = card.dataset.name;
    menu.querySelector("[name=contact]").value = card.dataset.contact;
    for (const button of menu.querySelectorAll("[name=phase]")) {
      const reason = why[column.dataset.stage][button.value];
      const isHere = button.value === column.dataset.phase;
      button.disabled = isHere || Boolean(reason);
      button.querySelector("[data-why]").textContent = isHere ? "" : reason;
      button.toggleAttribute("aria-current", isHere);
    }
    menu.showModal();
    const first = menu.querySelector("[name=phase]:enabled");
    if (first) first.focus();
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-move]");
    if (opener) open(opener.closest("[data-contact]"));
  });
  if (menu) {
    menu.addEventListener("submit", (event) => {
      event.preventDefault();
      menu.close();
      move(event.target.elements.contact.value, event.submitter.value);
    });
    menu.addEventListener("keydown", (event) => {
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
  }

  // Dragging --------------------------------------------------------------------

  function say(stage) {
    for (const list of document.querySelectorAll(".lh-board-cards")) {
      const reason = stage ? why[stage][list.dataset.phase] : "";
      const column = list.closest(".lh-column");
      const line = column.querySelector(".lh-column-why");
      column.classList.toggle("is-closed", Boolean(reason));
      line.textContent = reason;
      line.hidden = !reason;
    }
  }

  function start() {
    if (!menu || !window.Sortable) return;
    for (const list of document.querySelectorAll(".lh-board-cards:not([data-sortable])")) {
      list.dataset.sortable = "yes";
      window.Sortable.create(list, {
        group: { name: "board", put: (to, from) => !why[from.el.dataset.stage][to.el.dataset.phase] },
        draggable: ".lh-board-card",
        filter: "a, button",
        preventOnFilter: false,
        delay: 150,
        delayOnTouchOnly: true,
        sort: false,
        onStart: (event) => say(event.from.dataset.stage),
        onEnd: (event) => {
          say("");
          if (event.from !== event.to) move(event.item.dataset.contact, event.to.dataset.phase);
        },
      });
    }
  }

  document.addEventListener("htmx:load", () => {
    start();
    const card = moved && document.querySelector(`[data-contact="${CSS.escape(moved)}"]`);
    moved = null;
    if (card) card.querySelector("[data-open]").focus();
  });
  start();
})();
