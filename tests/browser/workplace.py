"""A company at work, as a browser shows it to somebody who works there."""

from dataclasses import dataclass, field

from django.conf import settings
from playwright.sync_api import Page


@dataclass
class Workplace:
    """A company at work, in a browser in which somebody of it is signed in."""

    url: str
    tab: Page
    # What the demo's people called things; some are words of ours too.
    names: set[str] = field(default_factory=set, kw_only=True)
    ids: dict[str, int]
    sessions: dict[str, str]
    errors: list[str] = field(default_factory=list)

    def sign_in(self, who: str) -> None:
        self.tab.context.clear_cookies()
        if who:
            cookie = {"name": settings.SESSION_COOKIE_NAME, "url": self.url}
            self.tab.context.add_cookies([cookie | {"value": self.sessions[who]}])

    def read_in(self, language: str) -> None:
        cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "url": self.url}
        self.tab.context.add_cookies([cookie | {"value": language}])

    def texts(self) -> set[str]:
        """Everything on the page that is read or heard, shown or not."""
        script = """() => {
          const found = [];
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walk.nextNode()) {
            const place = walk.currentNode.parentElement;
            if (!place.closest("script, style, textarea, kbd, button[lang]"))
              found.push(walk.currentNode.data);
          }
          for (const name of ["aria-label", "title", "placeholder", "alt"])
            for (const place of document.querySelectorAll(`[${name}]`))
              found.push(place.getAttribute(name));
          return found;
        }"""
        return {" ".join(text.split()) for text in self.tab.evaluate(script)}

    def look(self, theme: str) -> None:
        # At once: a color on its way from one theme to the other belongs to neither.
        script = """theme => {
          document.documentElement.dataset.bsTheme = theme;
          for (const change of document.getAnimations()) change.cancel();
        }"""
        self.tab.evaluate(script, theme)

    def violations(self, options: dict) -> list[str]:
        script = "options => axe.run(options).then(found => found.violations)"
        return [
            f"{rule['id']}: {node['html'][:160]}"
            for rule in self.tab.evaluate(script, options)
            for node in rule["nodes"]
        ]
