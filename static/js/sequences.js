// Sequences: Alt and an arrow move a step; settings show what their trigger asks for.
"use strict";

(() => {
  // Steps: the buttons do it, and the page comes back at the step that was moved.
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const way = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    const step = way && event.target.closest && event.target.closest("[data-step]");
    if (!step) return;
    event.preventDefault();
    const button = step.querySelector(`[data-move="${way}"]`);
    if (button && !button.disabled) button.click();
  });

  const moved = location.hash.startsWith("#step-") && document.getElementById(location.hash.slice(1));
  if (moved) moved.focus();

  const trigger = document.getElementById("id_trigger");
  function showTrigger() {
    for (const part of document.querySelectorAll("[data-trigger]")) {
      part.hidden = part.dataset.trigger !== trigger.value;
    }
  }
  if (trigger) {
    trigger.addEventListener("change", showTrigger);
    showTrigger();
  }
})();
