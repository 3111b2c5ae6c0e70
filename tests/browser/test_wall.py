"""A board on a television: nothing to click, figures that renew themselves."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from insights import public
from insights.services.boards import create_board, revoke_board
from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import PhaseFactory, PhaseVisitFactory
from tests.factories.sales import HandoffFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TELEVISION = {"width": 1920, "height": 1080}
SIZES = [TELEVISION, {"width": 390, "height": 844}]
MINUTE = 61_000


@pytest.fixture
def hung(live_server):
    """(board, address) of one with everything on it."""
    public.looks.clear()
    now = timezone.now()
    first = PhaseFactory(name="Awareness", position=1)
    PhaseFactory(journey=first.journey, name="Consideration", position=2)
    for _number in range(12):
        PhaseVisitFactory(phase=first)
    HandoffFactory(assignee=RepFactory(), accept_by=now - timedelta(hours=1))
    row, token = create_board(
        name="Sales floor",
        figures=["new_contacts", "became_ready", "accepted", "win_rate"],
        journey=first.journey,
        names_reps=True,
        by=None,
        at=now,
    )
    return row, f"{live_server.url}/board/{token}/"


@pytest.mark.parametrize("size", SIZES, ids=["television", "phone"])
def test_it_can_be_read_from_afar(
    page: Page, hung, size, violations, overflow, picture
):
    errors = []
    page.on("console", lambda line: errors.append(line.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_viewport_size(size)
    page.goto(hung[1])

    expect(page.get_by_role("heading", name="Sales floor")).to_be_visible()
    expect(page.get_by_text("1 is late")).to_be_visible()
    picture(page, f"wall-{size['width']}")
    assert violations() == []
    assert overflow() == 0
    if size is TELEVISION:
        height = page.evaluate("document.documentElement.scrollHeight")
        assert height <= size["height"]
    assert errors == []
    assert page.context.cookies() == []


def test_it_renews_itself_until_it_is_taken_down(
    page: Page, hung, expected_in_console: list[str]
):
    expected_in_console.append("404 .*/board/")  # once it is taken down
    row, address = hung
    page.clock.install()
    page.goto(address)
    today = page.locator("section", has=page.get_by_role("heading", name="Today"))
    before = int(today.locator(".value").first.inner_text())
    ContactFactory.create_batch(3)

    page.clock.run_for(MINUTE)
    expect(today.locator(".value").first).to_have_text(str(before + 3))

    revoke_board(board=row, at=timezone.now())
    page.clock.run_for(MINUTE)
    expect(page.get_by_role("heading", name="No board is shown here")).to_be_visible()
