// The decay curve follows what is typed; the threshold one tries goes into the draft's field.
"use strict";

(() => {
  let pending;

  document.addEventListener("input", (event) => {
    if (event.target.closest("[data-decay]")) {
      clearTimeout(pending);
      pending = setTimeout(() => {
        const curve = document.getElementById("decay");
        if (curve) curve.dispatchEvent(new CustomEvent("scoring:decay"));
      }, 250);
    }
    if (event.target.matches("[data-threshold]")) {
      const field = document.getElementById("id_threshold");
      if (field) field.value = event.target.value;
    }
  });
})();
