// A link to a part of the page that is folded opens it: "#win" of the board's menu.
"use strict";

(() => {
  function open() {
    const part = document.getElementById(location.hash.slice(1));
    if (!part || !part.matches("details")) return;
    part.open = true;
    const first = part.querySelector("input:not([type=hidden]), select");
    if (first) first.focus();
  }
  window.addEventListener("hashchange", open);
  open();
})();
