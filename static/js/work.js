// Working with a contact where one is: a link [data-work] opens the form that it leads to in the dialog, the server's
// event work:done closes it. Enter sends a form outside of texts, Ctrl or Cmd+Enter everywhere.
"use strict";

(() => {
  const dialog = document.getElementById("work");
  const body = document.getElementById("work-body");
  if (!body) return;
  let cameFrom = null;

  function open(link) {
    cameFrom = link.closest("[data-row]") ? link.closest("[data-row]").querySelector("[data-open]") : link;
    window.htmx.ajax("GET", link.href, { target: body, swap: "innerHTML" });
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
  // Not before htmx has the form in hand: a key that came sooner would send it past htmx.
  body.addEventListener("htmx:afterSettle", () => {
    const opens = dialog && !dialog.open;
    if (opens) dialog.showModal();
    if (opens || body.querySelector("[data-error-summary]")) focusFirst();
  });

  document.addEventListener("keydown", (event) => {
    const form = event.target instanceof Element && event.target.closest("[data-work-form]");
    if (!form || event.key !== "Enter" || event.defaultPrevented) return;
    const isText = event.target.matches("textarea, button, a, select, summary");
    if (isText && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    // A mail is not sent by the key that ends its subject.
    if (form.dataset.workForm === "mail" && !event.ctrlKey && !event.metaKey) form.elements.body.focus();
    else form.requestSubmit();
  });

  // Mentions: @ and the beginning of a name lists colleagues; arrows move, Enter or Tab takes one.
  const MENTION = /(?:^|[\s(])@([\w.+-]*)$/;
  const list = () => document.getElementById("work-mentions");
  const options = () => [...list().children];

  function matches(text) {
    const begun = MENTION.exec(text.value.slice(0, text.selectionStart));
    if (!begun) return null;
    const people = JSON.parse(document.getElementById("work-colleagues").textContent);
    const word = begun[1].toLowerCase();
    const fits = ({ key, name }) => `${key} ${name}`.toLowerCase().split(" ").some((part) => part.startsWith(word));
    return { length: begun[1].length, people: people.filter(fits).slice(0, 6) };
  }

  function mark(place) {
    const all = options();
    all.forEach((option, at) => option.setAttribute("aria-selected", String(at === (place + all.length) % all.length)));
  }

  function take(text, option) {
    const { length } = matches(text);
    const start = text.selectionStart - length;
    text.setRangeText(`${option.dataset.key} `, start, text.selectionStart, "end");
    list().hidden = true;
    text.focus();
  }

  body.addEventListener("input", (event) => {
    if (!list() || !event.target.matches("textarea")) return;
    const found = matches(event.target);
    list().hidden = !found || !found.people.length;
    if (list().hidden) return;
    list().replaceChildren(
      ...found.people.map(({ key, name }) => {
        const option = document.createElement("li");
        option.setAttribute("role", "option");
        option.dataset.key = key;
        option.textContent = `${name} @${key}`;
        option.addEventListener("mousedown", (pressed) => {
          pressed.preventDefault();
          take(event.target, option);
        });
        return option;
      }),
    );
    mark(0);
  });
  body.addEventListener("keydown", (event) => {
    if (!list() || list().hidden || !event.target.matches("textarea")) return;
    const place = options().findIndex((option) => option.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) mark(place + step);
    else if (event.key === "Enter" || event.key === "Tab") take(event.target, options()[place]);
    else if (event.key === "Escape") list().hidden = true;
    else return;
    event.preventDefault();
  });
})();
