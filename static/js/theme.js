// Sets light or dark before anything is painted; loaded blocking, in the head.
"use strict";

(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  // What the server knows of the user counts; a page without a user asks the browser.
  function wanted() {
    const stored = root.dataset.theme;
    if (stored) return stored;
    try {
      return localStorage.getItem("leadhub-theme") || "system";
    } catch {
      return "system";
    }
  }

  function apply() {
    const theme = wanted();
    const now = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
    if (root.dataset.bsTheme === now) return;
    root.dataset.bsTheme = now;
    document.dispatchEvent(new CustomEvent("theme:change", { detail: now }));
  }

  function remember(theme) {
    try {
      localStorage.setItem("leadhub-theme", theme);
    } catch {
      // Storage may be switched off; the server remembers as well.
    }
  }

  window.leadhubTheme = {
    set(theme) {
      root.dataset.theme = theme;
      remember(theme);
      apply();
    },
  };
  if (root.dataset.theme) remember(root.dataset.theme);
  dark.addEventListener("change", apply);
  apply();
})();
