// Moving cards on a board (contacts through phases, deals through stages): dragged, or by
// the menu that `m` opens and numbers choose from. Where a card may not go, the column says
// why before it is dropped; the server decides in any case. What a card and a column are
// called when they are posted, the menu's field and buttons say.
"use strict";

(() => {
  const menu = document.getElementById("move-menu");
  const board = () => document.getElementById("board");
  const why = menu ? JSON.parse(document.getElementById("move-targets").textContent) : {};
  const field = menu ? menu.querySelector("[data-card-field]") : null;
  const places = menu ? [...menu.querySelectorAll("button[value]")] : [];
  let moved = null; // whose card is to have the focus again

  function move(card, column) {
    moved = card;
    window.htmx.ajax("POST", board().dataset.moveUrl, {
      target: "#board",
      swap: "outerHTML",
      values: { [field.name]: card, [places[0].name]: column },
    });
  }

  // The menu --------------------------------------------------------------------

  function open(card) {
    const column = card.closest("[data-column]");
    menu.querySelector("[data-who]").textContent = card.dataset.name;
    field.value = card.dataset.card;
    for (const button of places) {
      const reason = why[column.dataset.stage][button.value];
      const isHere = button.value === column.dataset.column;
      button.disabled = isHere || Boolean(reason);
      button.querySelector("[data-why]").textContent = isHere ? "" : reason;
      button.toggleAttribute("aria-current", isHere);
    }
    const page = card.querySelector("[data-open]").href;
    for (const link of menu.querySelectorAll("[data-part]")) link.href = page + link.dataset.part;
    menu.showModal();
    const first = places.find((button) => !button.disabled);
    if (first) first.focus();
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-move]");
    if (opener) open(opener.closest("[data-card]"));
  });
  if (menu) {
    menu.addEventListener("submit", (event) => {
      event.preventDefault();
      menu.close();
      move(field.value, event.submitter.value);
    });
    menu.addEventListener("keydown", (event) => {
      const chosen = places[Number(event.key) - 1];
      if (chosen && !chosen.disabled) chosen.click();
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const free = places.filter((button) => !button.disabled);
      const next = free[free.indexOf(document.activeElement) + step];
      if (next) next.focus();
    });
  }

  // Dragging --------------------------------------------------------------------

  function say(stage) {
    for (const list of document.querySelectorAll(".lh-board-cards")) {
      const reason = stage ? why[stage][list.dataset.column] : "";
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
        group: { name: "board", put: (to, from) => !why[from.el.dataset.stage][to.el.dataset.column] },
        draggable: ".lh-board-card",
        filter: "a, button",
        preventOnFilter: false,
        delay: 150,
        delayOnTouchOnly: true,
        sort: false,
        onStart: (event) => say(event.from.dataset.stage),
        onEnd: (event) => {
          say("");
          if (event.from !== event.to) move(event.item.dataset.card, event.to.dataset.column);
        },
      });
    }
  }

  document.addEventListener("htmx:load", () => {
    start();
    const card = moved && document.querySelector(`[data-card="${CSS.escape(moved)}"]`);
    moved = null;
    if (card) card.querySelector("[data-open]").focus();
  });
  start();
})();
