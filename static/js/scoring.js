// The decay curve follows what is typed. The threshold is a line over the histogram to drag
// or to move with the arrow keys: how many would be ready follows, and so does the draft's field.
"use strict";

(() => {
  const field = () => document.getElementById("id_threshold");
  const grouped = (number) => number.toLocaleString(document.documentElement.lang);
  let pending;

  // Where the line stands, and what follows -------------------------------------

  function read(handle) {
    const { thresholds, ready, now } = JSON.parse(document.getElementById("preview-choices").textContent);
    const { left, right, from, to } = handle.ownerSVGElement.dataset;
    return { thresholds, ready, now, left: +left, right: +right, from: +from, to: +to };
  }

  function nearest(thresholds, value) {
    const step = thresholds[0];
    const place = Math.round(value / step) - 1;
    return Math.max(0, Math.min(place, thresholds.length - 1));
  }

  function move(handle, place) {
    const data = read(handle);
    const threshold = data.thresholds[place];
    const ready = data.ready[place];
    const x = data.left + ((threshold - data.from) / (data.to - data.from)) * (data.right - data.left);
    const card = handle.closest("section");
    const difference = card.querySelector("[data-difference]");
    const { same, fewer, more } = difference.dataset;
    const said = ready === data.now ? same : ready < data.now ? fewer : more;
    card.querySelector("[data-ready]").textContent = grouped(ready);
    difference.textContent = said.replace("{n}", grouped(Math.abs(ready - data.now)));
    handle.setAttribute("transform", `translate(${x.toFixed(1)} 0)`);
    handle.querySelector("text").textContent = grouped(threshold);
    handle.setAttribute("aria-valuenow", threshold);
    const finding = `${grouped(threshold)}: ${card.querySelector(".lh-finding").textContent}`;
    handle.setAttribute("aria-valuetext", finding);
    card.querySelector("[role=img]").setAttribute("aria-label", finding);
    for (const bar of card.querySelectorAll("[data-start]")) {
      const isReady = Number(bar.dataset.start) >= threshold;
      bar.setAttribute("class", isReady ? "is-ready" : "is-bar");
    }
  }

  function tell(threshold) {
    for (const copy of document.querySelectorAll("[data-threshold]")) copy.value = threshold;
    if (!field() || field().value === String(threshold)) return;
    field().value = threshold;
    field().dispatchEvent(new Event("input", { bubbles: true }));
  }

  function moveTo(handle, value) {
    const { thresholds } = read(handle);
    const place = nearest(thresholds, value);
    move(handle, place);
    tell(thresholds[place]);
  }

  // By pointer --------------------------------------------------------------------

  function follow(handle, event) {
    const svg = handle.ownerSVGElement;
    const box = svg.getBoundingClientRect();
    const { left, right, from, to } = read(handle);
    const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    moveTo(handle, from + ((x - left) / (right - left)) * (to - from));
  }

  document.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".lh-threshold-handle");
    if (!handle || event.button) return;
    event.preventDefault();
    handle.focus();
    handle.setPointerCapture(event.pointerId);
  });
  document.addEventListener("pointermove", (event) => {
    const handle = event.target.closest(".lh-threshold-handle");
    if (handle && handle.hasPointerCapture(event.pointerId)) follow(handle, event);
  });

  // By keys -------------------------------------------------------------------------

  const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };

  document.addEventListener("keydown", (event) => {
    const handle = event.target.closest(".lh-threshold-handle");
    if (!handle || event.ctrlKey || event.metaKey || event.altKey) return;
    const { thresholds } = read(handle);
    const step = thresholds[0];
    const value = Number(handle.getAttribute("aria-valuenow"));
    if (event.key in STEPS) moveTo(handle, value + STEPS[event.key] * step);
    else if (event.key === "Home") moveTo(handle, step);
    else if (event.key === "End") moveTo(handle, thresholds.at(-1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  // What is typed -----------------------------------------------------------------------

  document.addEventListener("input", (event) => {
    if (event.target.closest("[data-decay]")) {
      clearTimeout(pending);
      pending = setTimeout(() => {
        const curve = document.getElementById("decay");
        if (curve) curve.dispatchEvent(new CustomEvent("scoring:decay"));
      }, 250);
    }
    const handle = document.querySelector(".lh-threshold-handle");
    if (handle && event.target === field()) {
      const value = Number(event.target.value.replace(",", "."));
      if (value > 0) move(handle, nearest(read(handle).thresholds, value));
    }
  });
})();
