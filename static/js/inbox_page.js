// The inbox page: lines that are answered leave the list, the open one is marked.
"use strict";

(() => {
  const inbox = document.querySelector("[data-inbox]");
  if (!inbox) return;
  const detail = document.getElementById("inbox-detail");
  const body = document.body;

  const rowOf = (line) => inbox.querySelector(`[data-row="${CSS.escape(String(line))}"]`);
  const opener = (row) => row.querySelector("[data-open]");

  function markOpen() {
    const item = detail.querySelector("[data-line]");
    inbox.classList.toggle("has-item", Boolean(item));
    for (const link of inbox.querySelectorAll("[data-open][aria-current]")) link.removeAttribute("aria-current");
    const row = item && rowOf(item.dataset.line);
    if (row) opener(row).setAttribute("aria-current", "true");
  }

  function takeOut(row) {
    const hadFocus = row.contains(document.activeElement) || row.classList.contains("is-current");
    const next = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    if (next && hadFocus) {
      next.classList.add("is-current");
      opener(next).focus({ preventScroll: true });
    }
    return Boolean(next);
  }

  body.addEventListener("inbox:gone", (event) => {
    const { line, subject } = event.detail;
    const row = line ? rowOf(line) : inbox.querySelector(`[data-subject="${CSS.escape(subject)}"]`);
    const item = detail.querySelector("[data-line]");
    const isOpen = item && item.dataset.line === (line ? String(line) : row && row.dataset.row);
    // Answered in its row: the detail still offers to. Answered there, it says so itself.
    if (isOpen && !line && !detail.contains(event.target)) {
      window.htmx.ajax("GET", opener(row).href, { target: detail, swap: "innerHTML" });
    }
    const rowsLeft = row ? takeOut(row) : inbox.querySelector("[data-row]") !== null;
    if (isOpen && line) {
      item.remove();
      markOpen();
    }
    if (!rowsLeft) {
      // What an empty list says comes from the server.
      const list = inbox.querySelector(".lh-inbox-list");
      window.htmx.ajax("GET", inbox.dataset.inbox, { target: list, swap: "innerHTML" });
    }
    body.dispatchEvent(new Event("inbox:poll"));
  });

  body.addEventListener("inbox:read", (event) => {
    const row = rowOf(event.detail.line);
    if (row) row.classList.toggle("is-unread", !event.detail.is_read);
  });

  // Rows share one menu of times to snooze until.
  const menu = document.getElementById("snooze");
  let snoozeUrl = "";
  inbox.addEventListener("click", (event) => {
    const button = event.target.closest("[data-snooze-url]");
    if (!button) return;
    const row = button.closest("[data-row]");
    snoozeUrl = button.dataset.snoozeUrl;
    for (const choice of menu.querySelectorAll("[data-event]")) choice.hidden = !row.dataset.contact;
    menu.showModal();
    placeMenu(row.getBoundingClientRect());
  });
  // Below the right end of its row, or where there is room for it.
  const placeMenu = (row) => {
    const within = (place, most) => `${Math.max(8, Math.min(place, most - 8))}px`;
    menu.style.left = within(row.right - menu.offsetWidth, window.innerWidth - menu.offsetWidth);
    menu.style.top = within(row.bottom + 4, window.innerHeight - menu.offsetHeight);
  };
  menu.addEventListener("click", (event) => {
    if (event.target === menu) menu.close();
  });
  menu.addEventListener("submit", (event) => {
    event.preventDefault();
    menu.close();
    const values = { choice: event.submitter.value, day: event.target.elements.day.value };
    window.htmx.ajax("POST", snoozeUrl, { source: body, target: body, swap: "none", values });
  });

  // The menu of the detail closes once it has been used.
  body.addEventListener("htmx:afterRequest", (event) => {
    const menu = event.detail.elt && event.detail.elt.closest("details.lh-menu");
    if (menu) menu.open = false;
  });

  detail.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== detail) return;
    markOpen();
    const title = document.getElementById("inbox-item-title");
    if (title && window.matchMedia("(max-width: 991.98px)").matches) title.focus();
  });
})();
