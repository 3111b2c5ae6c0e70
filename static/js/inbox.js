// Asks for news of the inbox while the tab is visible, and counts them in its title.
"use strict";

(() => {
  const poll = () => document.getElementById("inbox-poll");
  if (!poll()) return;
  const LONGEST = 60; // s between questions that fail
  const title = document.title;
  let failures = 0;
  let stopped = false;
  let timer = null;

  function show() {
    const count = Number(poll().dataset.count);
    document.title = count ? `(${count}) ${title}` : title;
  }

  function wait() {
    clearTimeout(timer);
    if (stopped || document.hidden) return;
    const interval = Number(poll().dataset.interval);
    timer = setTimeout(ask, Math.min(interval * 2 ** failures, LONGEST) * 1000);
  }

  function ask() {
    clearTimeout(timer);
    if (!stopped && !document.hidden) document.body.dispatchEvent(new Event("inbox:poll"));
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : ask()));
  document.body.addEventListener("inbox:stop", () => (stopped = true));
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.elt || event.detail.elt.id !== "inbox-poll") return;
    failures = event.detail.successful ? 0 : failures + 1;
    wait();
  });
  // The bar may come under the pointer: it takes no clicks in its first moment (CSS).
  document.body.addEventListener("htmx:afterSettle", show);
  show();
  wait();
})();
