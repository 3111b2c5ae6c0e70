// Working with a contact where one is: a link [data-work] opens the form that it leads to in the dialog, the server's
// event work:done closes it. Enter sends a form outside of texts, Ctrl or Cmd+Enter everywhere.
"use strict";

(() => {
  const dialog = document.getElementById("work");
  const body = document.getElementById("work-body");
  if (!body) return;
  let cameFrom = null;

  async function open(link) {
    cameFrom = link.closest("[data-row]") ? link.closest("[data-row]").querySelector("[data-open]") : link;
    await window.htmx.ajax("GET", link.href, { target: body, swap: "innerHTML" });
    if (!dialog.open) dialog.showModal();
    focusFirst();
  }

  function focusFirst() {
    const wrong = body.querySelector("[data-error-summary]");
    const marked = [...body.querySelectorAll("[autofocus]")];
    const first = wrong || marked.find((field) => field.checked) || marked[0];
    if (first) first.focus();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-work]");
    if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link);
  });

  if (dialog) {
    document.body.addEventListener("work:done", () => dialog.close());
    dialog.addEventListener("close", () => {
      body.replaceChildren();
      if (cameFrom && cameFrom.isConnected) cameFrom.focus({ preventScroll: true });
    });
  }
  body.addEventListener("htmx:afterSwap", () => {
    if (body.querySelector("[data-error-summary]")) focusFirst();
  });

  document.addEventListener("keydown", (event) => {
    const form = event.target instanceof Element && event.target.closest("[data-work-form]");
    if (!form || event.key !== "Enter" || event.defaultPrevented) return;
    const isText = event.target.matches("textarea, button, a, select, summary");
    if (isText && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    form.requestSubmit();
  });
})();
