"""Every page of the workplace, as it looks and to whoever cannot see it.

Each is opened once and seen wide and on a phone, light and dark: nothing that axe
forbids, no page wider than its window, no error in the console. A named route that
answers GET and has no row in ``pages`` fails ``test_every_route_has_a_row``.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.core.management import call_command
from django.test import RequestFactory, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.urls.converters import UUIDConverter
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.browser.conftest import PHONE, WIDE, complete, pixels_too_many
from tests.browser.furnishing import furnish
from tests.browser.pages import PAGES, PARTS
from tests.browser.workplace import Workplace
from tests.test_translations import CATALOG

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORKPLACE = ["accounts", "contacts", "journeys", "scoring", "campaigns", "sales"]
WORKPLACE += ["insights"]
# For people outside; their pages have tests of their own.
PUBLIC = ("t/", "p/", "f/", "d/", "board/", "confirm/", "preferences/", "unsubscribe/")
# What differs between the themes is color.
COLORS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
EVERYTHING = {"resultTypes": ["violations"]}


@pytest.fixture(autouse=True)
def _django_db_marker() -> None:
    """Instead of pytest-django's, which empties the database after each test."""


@pytest.fixture(scope="module")
def workplace(browser, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        # Not the fixture: with that each test would begin with an empty database.
        server = LiveServer("localhost")
        context = browser.new_context(
            viewport=WIDE,
            locale="en-US",
            timezone_id="Europe/Berlin",
        )
        tab = context.new_page()
        place = Workplace(server.url, tab, {}, {})
        try:
            furnish(place)
            tab.on("pageerror", lambda error: place.errors.append(str(error)))
            tab.on("console", lambda line: _note(place, line))
            # However long it all takes, nobody is asked for their password again.
            with override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=86_400):
                yield place
        finally:
            context.close()
            server.stop()
            call_command("flush", interactive=False, verbosity=0)


def _note(place: Workplace, line) -> None:
    if line.type == "error":
        place.errors.append(line.text)


def _named(row: tuple) -> str:
    name, args, query, *who = row
    return "-".join(part for part in [name, *args, query, *who] if part)


@pytest.mark.parametrize("row", PAGES, ids=_named)
def test_page_is_for_everybody_and_fits(workplace, row):
    name, args, query, *who = row
    workplace.sign_in(who[0] if who else "admin")
    tab = workplace.tab
    tab.goto("about:blank")  # what the last page still asked for ends with it
    workplace.errors.clear()
    tab.set_viewport_size(WIDE)
    url = reverse(name, args=[workplace.ids[arg] for arg in args])
    answer = tab.goto(f"{workplace.url}{url}?{query.format(**workplace.ids)}")
    complete(tab)
    tab.evaluate(AXE_SCRIPT)
    found: dict[str, list[str] | int] = {}

    for size, width in [("wide", WIDE), ("phone", PHONE)]:
        tab.set_viewport_size(width)
        for theme, rules in [("light", EVERYTHING), ("dark", COLORS)]:
            workplace.look(theme)
            found[f"{size} {theme}"] = workplace.violations(rules)
        found[f"{size}: pixels too many"] = pixels_too_many(tab)

    assert answer.status == 200
    assert urlsplit(tab.url).path == url
    assert tab.locator("h1").count() == 1
    assert {what: much for what, much in found.items() if much} == {}
    assert workplace.errors == []


@pytest.mark.parametrize("row", PAGES, ids=_named)
def test_page_fits_and_speaks_in_german(workplace, row):
    name, args, query, *who = row
    workplace.sign_in(who[0] if who else "admin")
    workplace.read_in("de")
    url = reverse(name, args=[workplace.ids[arg] for arg in args])
    tab = workplace.tab
    tab.set_viewport_size(WIDE)
    tab.goto(f"{workplace.url}{url}?{query.format(**workplace.ids)}")
    complete(tab)
    said = workplace.texts()
    found: dict[str, list[str] | int] = {"wide": pixels_too_many(tab)}
    tab.set_viewport_size(PHONE)
    found["phone"] = pixels_too_many(tab)
    found["english"] = sorted((said & english_only()) - workplace.names)

    assert tab.locator("html").get_attribute("lang") == "de"
    assert {what: much for what, much in found.items() if much} == {}


def english_only() -> set[str]:
    """What LeadHub says in English and in no other words in German."""
    german = {text for words in CATALOG.values() for text in words}
    return {message.text for message in CATALOG} - german


def test_every_route_has_a_row():
    """Add a row to ``pages.PAGES``; a fragment of one of them goes into ``PARTS``."""
    known = PARTS | {name for name, *_rest in PAGES}
    routes = [
        (name, reverse(name, kwargs=arguments))
        for name, route, arguments in _routes(get_resolver().url_patterns)
        if name not in known and not route.startswith(PUBLIC)
    ]

    assert [name for name, url in routes if _answers_get(url)] == []


def _answers_get(url: str) -> bool:
    """What answers POST only says so before it looks for anything."""
    request = RequestFactory().get(url)
    request.user = User(role=User.Role.ADMIN)
    found = resolve(url)
    try:
        response = found.func(request, *found.args, **found.kwargs)
    except Exception:
        return True
    return response.status_code != 405


def _routes(
    patterns: list, app: str = "", prefix: str = "", above: dict | None = None
) -> Iterator[tuple[str, str, dict]]:
    """Name, path and made-up arguments of the routes of our pages."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        kinds = getattr(pattern.pattern, "converters", {})
        made_up = {name: _sample(kind.regex) for name, kind in kinds.items()}
        made_up |= above or {}
        if isinstance(pattern, URLResolver):
            app_name = pattern.app_name or app
            yield from _routes(pattern.url_patterns, app_name, route, made_up)
        elif isinstance(pattern, URLPattern) and app in WORKPLACE and pattern.name:
            yield f"{app}:{pattern.name}", route, made_up


def _sample(regex: str) -> str | int | UUID:
    samples = {"[0-9]+": 1, UUIDConverter.regex: UUID(int=0)}
    return samples.get(regex, "x")
