"""What tests in a browser share."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TookTooLong

from accounts.models import User
from campaigns import public
from campaigns.services.sending import breaker

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def sign_in(page, live_server) -> Callable[[User], None]:
    return lambda user: page.context.add_cookies(session_of(user, live_server.url))


@pytest.fixture
def browser_of(browser, live_server) -> Iterator[Callable[..., Page]]:
    """A browser of their own in which somebody has signed in."""
    contexts = []

    def browser_of(user: User, **options: Any) -> Page:
        options = {"viewport": WIDE, "locale": "en-US", **options}
        context = browser.new_context(**options)
        contexts.append(context)
        context.add_cookies(session_of(user, live_server.url))
        return context.new_page()

    yield browser_of
    for context in contexts:
        context.close()


def session_of(user: User, url: str) -> list[Any]:
    """The cookies by which ``user`` is signed in at ``url``."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}]


@pytest.fixture
def violations(page) -> Callable[[], list[str]]:
    """What axe finds wrong on the page as it stands."""

    def violations() -> list[str]:
        at_rest(page)
        found = Axe().run(page).response["violations"]
        return [
            f"{rule['id']}: {node['html'][:200]}"
            for rule in found
            for node in rule["nodes"]
        ]

    return violations


@pytest.fixture
def overflow(page) -> Callable[[], int]:
    """By how many pixels the page is wider than its window."""
    return lambda: pixels_too_many(page)


def complete(page: Page) -> None:
    """Wait until the page has all the parts that it asks for once it is there.

    Not Playwright's "networkidle": that is half a second more, for each page.
    """
    page.wait_for_load_state()
    parts = ".htmx-request, .htmx-swapping, .htmx-settling"
    page.wait_for_function(f"() => !document.querySelector('{parts}')")


def at_rest(page: Page) -> None:
    """Wait until letters have their shapes and nothing is on its way somewhere."""
    page.evaluate("document.fonts.ready.then(() => true)")
    page.wait_for_function(
        """() => document.getAnimations().every(one => one.playState !== "running"
          || one.effect.getComputedTiming().endTime === Infinity)"""
    )


def pixels_too_many(page: Page) -> int:
    """How much wider than its window a page stays; charts follow a moment later."""
    at_rest(page)
    much = "Math.max(0, document.documentElement.scrollWidth - window.innerWidth)"
    with suppress(TookTooLong):
        page.wait_for_function(f"() => {much} === 0", timeout=3_000)
    return page.evaluate(much)


@pytest.fixture
def fresh_process(settings, live_server) -> None:
    """Mails lead to the server of the test; no limit and no breaker remembers others."""
    settings.SITE_URL = live_server.url
    public.sendings.clear()
    breaker.worked()


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Keep what a page looks like in the directory ``PICTURES``, if that is set."""
    place = os.environ.get("PICTURES")

    def picture(page: Page, name: str) -> None:
        if place:
            page.screenshot(path=Path(place) / f"{name}.png", full_page=True)

    return picture


def confirm_address(visitor: Page, address: str, mail_server) -> None:
    """Go where the only mail to the address leads, and confirm there."""
    [arrived] = mail_server.mails_to(address)
    mail = BytesParser(policy=policy.default).parsebytes(bytes(arrived))
    text = mail.get_body(("plain",)).get_content()
    visitor.goto(re.search(r"https?://\S+/confirm/\S{56}", text)[0])
    visitor.get_by_role("button", name="Confirm").click()
