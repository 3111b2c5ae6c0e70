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

  // Rows share one menu of times to snooze until, and rows and the detail one of colleagues.
  const snooze = document.getElementById("snooze");
  const assign = document.getElementById("assign");
  const within = (place, most) => `${Math.max(8, Math.min(place, most - 8))}px`;

  // Below the right end of its row, or where there is room for it.
  function openMenu(menu, url, place) {
    menu.dataset.url = url;
    menu.showModal();
    menu.style.left = within(place.right - menu.offsetWidth, window.innerWidth - menu.offsetWidth);
    menu.style.top = within(place.bottom + 4, window.innerHeight - menu.offsetHeight);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-snooze-url], [data-assign-url]");
    if (!button) return;
    const row = button.closest("[data-row]");
    const place = (row || button).getBoundingClientRect();
    if (button.dataset.assignUrl) {
      openMenu(assign, button.dataset.assignUrl, place);
      listPeople(assign);
      return;
    }
    for (const choice of snooze.querySelectorAll("[data-event]")) choice.hidden = !row.dataset.contact;
    openMenu(snooze, button.dataset.snoozeUrl, place);
  });
  // Colleagues come when a menu of them is opened first; in the dialog the first one has the focus.
  function listPeople(menu) {
    const list = menu.querySelector("[data-people]");
    if (!list || list.childElementCount || list.ariaBusy === "true") return;
    list.ariaBusy = "true";
    window.htmx.ajax("GET", list.dataset.people, { target: list, swap: "innerHTML" }).then(() => {
      list.ariaBusy = null;
      const first = list.querySelector("button");
      if (first && menu === assign) first.focus();
    });
  }
  // It does not bubble.
  document.addEventListener("toggle", (event) => event.target.open && listPeople(event.target), true);
  for (const menu of [snooze, assign]) {
    menu.addEventListener("click", (event) => {
      if (event.target === menu) menu.close();
    });
    menu.addEventListener("submit", (event) => {
      event.preventDefault();
      menu.close();
      const values = Object.fromEntries(new FormData(event.target, event.submitter));
      window.htmx.ajax("POST", menu.dataset.url, { source: body, target: body, swap: "none", values });
    });
  }

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
