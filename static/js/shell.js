// Toasts, dialogs, the theme switch, and what to do when an answer of htmx fails.
"use strict";

(() => {
  const LASTS = 10_000; // ms

  // Toasts --------------------------------------------------------------------

  function watch(toast) {
    toast.querySelector("[data-toast-close]").addEventListener("click", () => toast.remove());
    if (toast.dataset.level === "error") return;
    let timer;
    const start = () => (timer = setTimeout(() => toast.remove(), LASTS));
    const stop = () => clearTimeout(timer);
    for (const [over, out] of [["mouseenter", "mouseleave"], ["focusin", "focusout"]]) {
      toast.addEventListener(over, stop);
      toast.addEventListener(out, start);
    }
    start();
  }

  function toast({ text, level = "info", undo = "" }) {
    const place = document.getElementById("toasts");
    const made = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
    made.className = `lh-toast lh-toast-${level}`;
    made.dataset.level = level;
    made.querySelector("p").textContent = text;
    const form = made.querySelector("form");
    if (undo) form.action = form.dataset.undoUrl = undo;
    else form.remove();
    place.append(made);
    watch(made);
  }

  for (const shown of document.querySelectorAll("#toasts [data-toast]")) watch(shown);
  document.body.addEventListener("toast", (event) => toast(event.detail));

  // Answers that cannot be shown ----------------------------------------------

  const texts = document.getElementById("toast-texts").dataset;
  const loginPath = document.body.dataset.loginUrl;
  const isPoll = (event) => event.detail.elt && event.detail.elt.id === "inbox-poll";

  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const address = event.detail.xhr.responseURL;
    // Signed out meanwhile: the sign-in page must not land inside of this one.
    if (address && new URL(address).pathname === loginPath) {
      event.detail.shouldSwap = false;
      if (isPoll(event)) document.body.dispatchEvent(new Event("inbox:stop"));
      else window.location.assign(`${loginPath}?next=${encodeURIComponent(location.pathname + location.search)}`);
    }
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    if (isPoll(event)) return;
    const said = { 403: texts.forbidden, 404: texts.gone, 429: texts.busy };
    toast({ text: said[event.detail.xhr.status] || texts.failed, level: "error" });
  });
  document.body.addEventListener("htmx:sendError", (event) => {
    if (!isPoll(event)) toast({ text: texts.offline, level: "error" });
  });

  // Dialogs and menus ---------------------------------------------------------

  function open(dialog) {
    if (dialog && !dialog.open) dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    const target = event.target;
    if (!(target instanceof Element)) return;
    if (target.closest("[data-keys-open]")) open(document.getElementById("keys"));
    const dialog = target.closest("dialog");
    if (dialog && (target === dialog || target.closest("[data-dialog-close]"))) dialog.close();
    const opener = target.closest("[data-dialog-open]");
    if (opener) open(document.getElementById(opener.dataset.dialogOpen));
    for (const menu of document.querySelectorAll("details[data-closes-outside][open]")) {
      if (!menu.contains(target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-closes-outside][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // On phones the navigation is a dialog, and then needs a name; else it must not have one.
  document.addEventListener("show.bs.offcanvas", (event) => {
    const name = event.target.dataset.dialogName;
    if (name) event.target.setAttribute("aria-label", name);
  });
  document.addEventListener("hidden.bs.offcanvas", (event) => {
    if (event.target.dataset.dialogName) event.target.removeAttribute("aria-label");
  });

  // Where tabs or phases do not fit they scroll, and the one where one is is in view.
  const showWhereOneIs = (root) => {
    for (const place of root.querySelectorAll(".lh-tabs [aria-current], .nav-tabs .active, .lh-stepper [aria-current]")) {
      const row = place.closest("ul, ol");
      const [inner, outer] = [place.getBoundingClientRect(), row.getBoundingClientRect()];
      if (inner.left >= outer.left && inner.right <= outer.right) continue;
      row.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
    }
  };
  showWhereOneIs(document);
  document.addEventListener("htmx:afterSettle", (event) => showWhereOneIs(event.target));

  // Choices that are asked for as soon as they are made ------------------------

  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  // The theme -----------------------------------------------------------------

  const themes = document.querySelector("[data-theme-form]");
  if (themes) {
    themes.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button || button.name !== "theme") return;
      event.preventDefault();
      window.leadhubTheme.set(button.value);
      for (const other of themes.querySelectorAll("[name=theme]")) {
        other.setAttribute("aria-pressed", String(other === button));
      }
      const body = new FormData(themes, button);
      fetch(themes.action, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => {});
    });
  }

  // Unsaved changes: a form with data-unsaved asks before one leaves it ---------

  const changed = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && "unsaved" in form.dataset) changed.add(form);
  });
  document.addEventListener("submit", (event) => changed.delete(event.target));
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) changed.delete(event.detail.elt);
  });
  window.addEventListener("beforeunload", (event) => {
    if ([...changed].some((form) => form.isConnected)) event.preventDefault();
  });
})();
