"""``make screenshots``: the README's pictures, of the product itself, with demo data.

Starts LeadHub on a data directory of its own, signs in as the people of the demo, and
writes each page light and dark into docs/images. Needs what ``make test`` needs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

import bootstrap
from tests import services
from tests.conftest import CHROMIUM_FLAGS

IMAGES = bootstrap.ROOT / "docs" / "images"
SIZE = {"width": 1080, "height": 660}
MOST = 150 * 1024


@contextmanager
def leadhub(scratch: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Its address, and user -> password."""
    port = str(services.free_port())
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    env |= {
        "LEADHUB_ENV_FILE": os.devnull,
        "LEADHUB_DATA_DIR": str(scratch),
        "PORT": port,
        "STATIC_ROOT": str(bootstrap.STATIC),
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "leadhub.embedded"],
        cwd=bootstrap.ROOT,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        people = {}
        for line in server.stdout or []:
            if " / " in line:
                name, _, password = line.strip().partition(" / ")
                people[name] = password
            if "does not answer" in line:
                raise SystemExit(line)
            if line.startswith("Stop it"):
                break
        else:
            raise SystemExit("LeadHub ended before it was ready: see the lines above.")
        yield f"http://127.0.0.1:{port}", people
    finally:
        server.terminate()
        server.wait(20)


def sign_in(browser: Browser, url: str, name: str, password: str, theme: str) -> Page:
    page = browser.new_context(
        viewport=SIZE,
        color_scheme=theme,
        reduced_motion="reduce",
        locale="en-US",
        timezone_id="Europe/Berlin",
    ).new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{url}/accounts/login/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", password)
    page.click("main .btn-primary")
    page.wait_for_url(f"{url}/")
    return page


def shoot(page: Page, name: str, theme: str) -> None:
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.evaluate(
        "document.querySelectorAll('[data-toast]').forEach((t) => t.remove())"
    )
    page.mouse.move(0, 0)
    path = IMAGES / f"{name}-{theme}.png"
    page.screenshot(path=path, animations="disabled", caret="hide")
    size = path.stat().st_size
    print(f"{path.relative_to(bootstrap.ROOT)}  {size / 1024:.0f} kB")
    if size > MOST:
        raise SystemExit(f"{path.name} is larger than {MOST // 1024} kB.")


def marketers(page: Page, url: str, theme: str) -> None:
    page.wait_for_selector(".lh-funnel")
    page.evaluate(
        """const last = [...document.querySelectorAll(".lh-kpi")].at(-1);
           window.scrollBy(0, last.getBoundingClientRect().top - 12)"""
    )
    shoot(page, "today", theme)
    page.goto(f"{url}/journeys/")
    page.locator("main").get_by_role("link", name="Board").first.click()
    page.wait_for_selector(".lh-board-card")
    shoot(page, "board", theme)
    health_of_journey(page, theme)


def health_of_journey(page: Page, theme: str) -> None:
    """From one of its tabs."""
    tabs = page.locator(".nav-tabs")
    tabs.get_by_role("link", name="Health", exact=True).click()
    page.wait_for_selector(".lh-flaws")
    shoot(page, "journey-health", theme)
    tabs.get_by_role("link", name="Flow", exact=True).click()
    page.wait_for_selector("#flow-chart svg path")
    shoot(page, "journey-flow", theme)


def reps(page: Page, url: str, theme: str) -> None:
    page.goto(f"{url}/inbox/")
    page.locator("[data-open]").nth(1).click()
    page.get_by_text("You might begin").wait_for()
    shoot(page, "inbox", theme)
    page.locator("#inbox-detail").get_by_role(
        "link", name="Contact", exact=True
    ).click()
    page.wait_for_selector("#contact-state")
    page.wait_for_selector("#contact-score")
    shoot(page, "contact", theme)


def main() -> int:
    program = services.browser_on_path()
    if program is None:
        print("No browser: set CHROMIUM, or run make test, which gets one.")
        return 1
    bootstrap.collect_static()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="leadhub-screenshots-") as scratch,
        leadhub(Path(scratch)) as (url, people),
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        for theme in ("light", "dark"):
            for name, story in (("marketer", marketers), ("rep", reps)):
                page = sign_in(browser, url, name, people[name], theme)
                story(page, url, theme)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
