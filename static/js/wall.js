// A board on the wall: fetches itself each minute and puts the new figures in place.
"use strict";

(() => {
  const wall = document.getElementById("wall");
  const seconds = Number(wall.dataset.seconds);

  async function refresh() {
    try {
      const answer = await fetch(location.href, { credentials: "omit", cache: "no-store" });
      if (answer.status === 404) {
        location.reload(); // it was taken down
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      wall.replaceChildren(...page.getElementById("wall").children);
    } catch {
      const stale = document.getElementById("stale");
      if (stale) stale.hidden = false;
    }
  }

  setInterval(refresh, seconds * 1000);
})();
