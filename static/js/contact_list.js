// The selection in the contact list, its bulk bar, and cells that are edited in place.
"use strict";

(() => {
  const bar = () => document.getElementById("bulk");
  const boxes = () => [...document.querySelectorAll("[data-select]")];
  let last = null;

  function matching() {
    const counted = document.querySelector("#contact-count [data-count]");
    return counted ? counted.dataset.count : "";
  }

  function show() {
    const form = bar();
    const ticked = boxes().filter((box) => box.checked);
    if (!form) {
      // It comes with the first selection, and this is done once more.
      if (ticked.length) document.body.dispatchEvent(new Event("contacts:selected"));
      return;
    }
    const all = document.querySelector("[data-select-all]");
    form.hidden = ticked.length === 0;
    if (all) {
      all.checked = ticked.length > 0 && ticked.length === boxes().length;
      all.indeterminate = ticked.length > 0 && !all.checked;
    }
    if (!all || !all.checked) form.elements.scope.value = "some";
    const whole = form.elements.scope.value === "all";
    const text = form.querySelector("[data-selected-text]");
    text.textContent = whole ? text.dataset.all : text.dataset.some.replace("{n}", ticked.length);
    const more = form.querySelector("[data-select-matching]");
    const total = matching();
    more.hidden = whole || !all || !all.checked || !total || total === String(ticked.length);
    more.textContent = more.dataset.text.replace("{n}", total);
  }

  function tick(box, value, range) {
    const list = boxes();
    if (range && last && list.includes(last)) {
      const [from, to] = [list.indexOf(last), list.indexOf(box)].sort((a, b) => a - b);
      for (const other of list.slice(from, to + 1)) other.checked = value;
    }
    box.checked = value;
    last = box;
    show();
  }

  function none() {
    for (const box of boxes()) box.checked = false;
    show();
  }
  document.addEventListener("select:none", none);

  document.addEventListener("click", (event) => {
    const target = event.target;
    if (target.matches("[data-select]")) tick(target, target.checked, event.shiftKey);
    if (target.matches("[data-select-all]")) {
      for (const box of boxes()) box.checked = target.checked;
      show();
    }
    if (target.closest("[data-select-matching]")) {
      bar().elements.scope.value = "all";
      show();
    }
    if (target.closest("[data-select-none]")) none();
  });

  // Rows are gone after a swap, and so is what was selected on them.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (["contact-table", "contact-count", "bulk-place"].includes(event.target.id)) show();
    const field = document.querySelector("[data-cell-form] [name=value]");
    if (field && !field.contains(document.activeElement)) {
      field.focus();
      if (field.select) field.select();
    }
  });

  // Leaving a cell saves it; Esc leaves it as it was; Tab goes on to the next one. Where a
  // colleague was faster, neither value wins by leaving.
  document.addEventListener("focusout", (event) => {
    const form = event.target.closest("[data-cell-form]");
    if (!form || form.dataset.left || "conflict" in form.dataset || form.contains(event.relatedTarget)) return;
    form.dataset.left = "yes";
    const changed = form.elements.value.value !== form.elements.before.value;
    if (changed) form.dispatchEvent(new Event("cell:save"));
    else form.querySelector("[data-cell-cancel]").click();
  });

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest("[data-cell-form]");
    if (form && event.key === "Escape") {
      form.dataset.left = "yes";
      form.querySelector("[data-cell-cancel]").click();
    }
  });
})();
