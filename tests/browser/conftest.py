"""What tests in a browser share."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from accounts.models import User

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def sign_in(page, live_server) -> Callable[[User], None]:
    def sign_in(user: User) -> None:
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session}
        page.context.add_cookies([{**cookie, "url": live_server.url}])

    return sign_in


@pytest.fixture
def violations(page) -> Callable[[], list[str]]:
    """What axe finds wrong on the page as it stands."""

    def violations() -> list[str]:
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
    script = "document.documentElement.scrollWidth - window.innerWidth"
    return lambda: max(0, page.evaluate(script))
