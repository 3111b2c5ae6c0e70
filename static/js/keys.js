// Keys: / search, ? help, g and a letter go to; in lists j k x Shift+x Enter e Esc.
// A list is made of [data-row]; in a row [data-select] is its checkbox, [data-open] (else
// its first link) opens it, [data-edit] edits it. A page's own key: <button data-key="a">.
// The arrows left and right are such keys too, but where they scroll or slide what has the focus.
// With a current row the button in that row counts, a hidden one too, else the first one that is visible.
"use strict";

(() => {
  const OFF = "leadhub-keys-off";
  const help = document.getElementById("keys");
  const toggle = help.querySelector("[data-keys-switch]");
  let going = 0; // when g was pressed
  let current = null;

  function isOff() {
    try {
      return localStorage.getItem(OFF) === "1";
    } catch {
      return false;
    }
  }
  toggle.checked = !isOff();
  toggle.addEventListener("change", () => {
    try {
      localStorage.setItem(OFF, toggle.checked ? "0" : "1");
    } catch {
      // Then it holds for this page only.
    }
  });

  const isVisible = (element) => element.getClientRects().length > 0 && !element.disabled;
  const rows = () => [...document.querySelectorAll("[data-row]")].filter(isVisible);
  const isTyping = (target) =>
    target instanceof Element &&
    target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]");

  function mark(row) {
    for (const other of document.querySelectorAll("[data-row].is-current")) other.classList.remove("is-current");
    current = row;
    if (!row) return;
    row.classList.add("is-current");
    row.scrollIntoView({ block: "nearest" });
    const link = opener(row);
    if (link) link.focus({ preventScroll: true });
  }

  const opener = (row) => row.querySelector("[data-open]") || row.querySelector("a[href]");

  function here() {
    const focused = document.activeElement && document.activeElement.closest("[data-row]");
    if (focused) current = focused;
    // A swap may have put another row in the place of this one.
    if (current && !current.isConnected) {
      current = document.querySelector(`[data-row="${CSS.escape(current.dataset.row)}"]`);
    }
    return current;
  }

  function move(step) {
    const list = rows();
    if (!list.length) return false;
    const at = list.indexOf(here());
    const next = at < 0 ? (step > 0 ? 0 : list.length - 1) : at + step;
    mark(list[Math.max(0, Math.min(list.length - 1, next))]);
    return true;
  }

  function press(element, shiftKey = false) {
    if (!element) return false;
    element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
    return true;
  }

  function ownKey(key) {
    const selector = `[data-key="${CSS.escape(key)}"]`;
    const row = here();
    const inRow = row && [...row.querySelectorAll(selector)].find((button) => button.hidden || isVisible(button));
    return press(inRow || [...document.querySelectorAll(selector)].find(isVisible));
  }

  function search() {
    const field = [...document.querySelectorAll("main input[type=search]")].find(isVisible);
    if (field) {
      field.focus();
      field.select();
    } else {
      document.body.dispatchEvent(new Event("command:open"));
    }
    return true;
  }

  function answer(event) {
    const key = event.key;
    if (going && Date.now() - going < 1500) {
      going = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
      if (link) {
        window.location.assign(link.href);
        return true;
      }
    }
    going = 0;
    if (key === "/") return search();
    if (key === "?") {
      help.showModal();
      return true;
    }
    if (key === "g") {
      going = Date.now();
      return true;
    }
    if (key === "Escape") {
      // Also while the bar that would say so is on its way.
      if (document.querySelector("[data-select]:checked")) return document.dispatchEvent(new Event("select:none"));
      mark(null);
      return false;
    }
    if (key === "j") return move(1);
    if (key === "k") return move(-1);
    const row = here();
    if (row && (key === "x" || key === "X")) {
      return press(row.querySelector("[data-select]"), event.shiftKey);
    }
    if (row && key === "e" && row.querySelector("[data-edit]")) return press(row.querySelector("[data-edit]"));
    if (row && key === "Enter" && event.target === document.body) return press(opener(row));
    if (key.startsWith("Arrow") && event.target.closest && event.target.closest("[tabindex='0'], [role=slider], summary")) return false;
    return ownKey(key);
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isOff() || isTyping(event.target) || document.querySelector("dialog[open], .offcanvas.show, .modal.show")) return;
    if (answer(event)) event.preventDefault();
  });
})();
