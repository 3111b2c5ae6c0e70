// The command menu: pages by their name at once, contacts and companies from the server.
"use strict";

(() => {
  const dialog = document.getElementById("command");
  if (!dialog) return;
  const input = dialog.querySelector("input");
  const found = dialog.querySelector("[data-command-found]");
  const pages = dialog.querySelector("[data-command-pages]");
  const none = dialog.querySelector(".lh-command-none");
  const url = dialog.dataset.searchUrl;
  let asked = null;
  let timer = null;

  const fold = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();
  const options = () => [...dialog.querySelectorAll("[role=option]")].filter((option) => !option.hidden);

  function choose(option) {
    for (const other of dialog.querySelectorAll("[aria-selected=true]")) other.setAttribute("aria-selected", "false");
    input.removeAttribute("aria-activedescendant");
    if (!option) return;
    option.id = option.id || `command-${options().indexOf(option)}-${Date.now()}`;
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function settle() {
    choose(options()[0]);
    none.hidden = options().length > 0;
  }

  function filterPages(words) {
    for (const option of pages.querySelectorAll("[role=option]")) {
      option.hidden = !fold(option.querySelector("span").textContent).includes(words);
    }
    pages.hidden = !pages.querySelector("[role=option]:not([hidden])");
  }

  async function search(words) {
    if (asked) asked.abort();
    if (!url || words.length < 2) {
      found.replaceChildren();
      return settle();
    }
    asked = new AbortController();
    try {
      const address = `${url}?q=${encodeURIComponent(words)}`;
      const response = await fetch(address, { headers: { "HX-Request": "true" }, signal: asked.signal });
      // A redirect leads to the sign-in page.
      if (!response.ok || response.redirected) return settle();
      const answer = new DOMParser().parseFromString(await response.text(), "text/html");
      found.replaceChildren(...answer.body.childNodes);
    } catch (error) {
      if (error.name === "AbortError") return;
    }
    settle();
  }

  function open() {
    if (dialog.open) return;
    const menu = document.getElementById("navigation");
    const close = menu && menu.classList.contains("show") && menu.querySelector("[data-bs-dismiss]");
    if (close) close.click();
    input.value = "";
    filterPages("");
    found.replaceChildren();
    dialog.showModal();
    input.focus();
    settle();
  }

  input.addEventListener("input", () => {
    filterPages(fold(input.value.trim()));
    settle();
    clearTimeout(timer);
    timer = setTimeout(() => search(input.value.trim()), 150);
  });
  dialog.addEventListener("keydown", (event) => {
    const list = options();
    const at = list.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (list.length) choose(list[(at + step + list.length) % list.length]);
    } else if (event.key === "Enter" && event.target === input) {
      event.preventDefault();
      if (list[at]) list[at].click();
    }
  });
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-command-open]")) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  document.body.addEventListener("command:open", open);
})();
