// The selection in a list and its bulk bar (_ui/bulk_bar.html).
"use strict";

(() => {
  let last = null;
  const bar = () => document.querySelector("form[data-bulk]");
  const boxes = () => [...document.querySelectorAll("[data-select]")];
  const head = () => document.querySelector("[data-select-all]");

  function show() {
    const form = bar();
    if (!form) return;
    const count = boxes().filter((box) => box.checked).length;
    const isWhole = count > 0 && count === boxes().length;
    if (head()) {
      head().checked = isWhole;
      head().indeterminate = count > 0 && !isWhole;
    }
    if (!isWhole) form.elements.scope.value = "some";
    const isAll = form.elements.scope.value === "all";
    const more = form.querySelector("[data-select-matching]");
    if (more) more.hidden = isAll || !isWhole;
    const text = form.querySelector("[data-selected-text]");
    const said = isAll ? text.dataset.all : text.dataset.some;
    text.textContent = said.replace("{n}", isAll ? more.dataset.total : count);
    form.hidden = count === 0;
  }

  function range(box) {
    const list = boxes();
    const [from, to] = [list.indexOf(last), list.indexOf(box)].sort((a, b) => a - b);
    if (from >= 0) for (const one of list.slice(from, to + 1)) one.checked = box.checked;
  }

  function none() {
    for (const box of boxes()) box.checked = false;
    show();
  }
  document.addEventListener("select:none", none);

  document.addEventListener("click", (event) => {
    const target = event.target;
    if (!(target instanceof Element) || !bar()) return;
    if (target.matches("[data-select]")) {
      if (event.shiftKey && last) range(target);
      last = target;
    } else if (target.matches("[data-select-all]")) {
      for (const box of boxes()) box.checked = target.checked;
    } else if (target.closest("[data-select-matching]")) {
      bar().elements.scope.value = "all";
    } else if (target.closest("[data-select-none]")) {
      none();
    } else {
      return;
    }
    show();
  });
  // A swap brings other rows, and with them no selection.
  document.addEventListener("htmx:afterSwap", show);
})();
