// Dragging cards between the columns of a journey board. Where one may not drop a card,
// the column says so before; the server decides in any case.
(function () {
  "use strict";

  function mayDrop(from, to) {
    var handoff = from === "handoff" || to === "handoff";
    return from === to && !handoff;
  }

  function start(board) {
    board.querySelectorAll(".lh-board-cards").forEach(function (list) {
      if (list.dataset.sortable || !window.Sortable) return;
      list.dataset.sortable = "yes";
      window.Sortable.create(list, {
        group: {
          name: "board",
          put: function (to, from) {
            return mayDrop(from.el.dataset.stage, to.el.dataset.stage);
          },
        },
        draggable: ".lh-board-card",
        filter: "a, summary, button",
        preventOnFilter: false,
        sort: false,
        onEnd: function (event) {
          if (event.from === event.to) return;
          window.htmx.ajax("POST", board.dataset.moveUrl, {
            target: "#board",
            swap: "outerHTML",
            values: {
              contact: event.item.dataset.contact,
              phase: event.to.dataset.phase,
            },
          });
        },
      });
    });
  }

  function startAll() {
    document.querySelectorAll("#board").forEach(start);
  }

  document.addEventListener("DOMContentLoaded", startAll);
  document.addEventListener("htmx:load", startAll);
})();
