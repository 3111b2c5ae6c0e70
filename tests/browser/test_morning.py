"""A rep's morning: twelve handoffs, and no hand leaves the keyboard."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Notification
from journeys.models import Interaction
from sales.models import Claim, Handoff, Task
from sales.services.handoffs import hand_off
from tests.browser.conftest import WIDE
from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.sales import CrossingFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = "Ada Ben Cleo Dana Emil Fay Gus Hana Ida Jon Kim Lea".split()


@pytest.fixture
def morning(page, live_server, sign_in):
    """The inbox of a rep with a handoff of each name, the latest on top."""
    rep = RepFactory(language="en")
    RepFactory(username="ben.ott", first_name="Ben", last_name="Ott")
    for name in reversed(NAMES):
        contact = ContactFactory(
            first_name=name, last_name="Byron", phone="+49301234567", owner=rep
        )
        hand_off(crossing=CrossingFactory(contact=contact), at=timezone.now())
    sign_in(rep)
    page.set_viewport_size(WIDE)
    page.goto(f"{live_server.url}/inbox/")
    return rep


def test_twelve_handoffs_are_worked_with_the_keyboard_alone(page, morning):
    keys, rows = page.keyboard, page.locator("[data-row]")
    dialog = page.locator("dialog#work")
    expect(rows).to_have_count(12)

    def named(name: str) -> None:
        current = page.locator("[data-row].is-current, [data-row]:focus-within")
        expect(current.first).to_contain_text(f"{name} Byron")

    def logged() -> None:
        expect(dialog).not_to_be_visible()

    def answered(left: int) -> None:
        keys.press("a")
        expect(rows).to_have_count(left)

    keys.press("j")
    # Six are reached: l, Enter, a.
    for number, name in enumerate(NAMES[:6]):
        named(name)
        keys.press("l")
        expect(dialog).to_be_visible()
        expect(dialog.get_by_label("Reached")).to_be_focused()
        keys.press("Enter")
        logged()
        answered(11 - number)
    # Two do not answer, and are called again tomorrow.
    for number, name in enumerate(NAMES[6:8]):
        named(name)
        keys.press("l")
        expect(dialog.get_by_label("Reached")).to_be_focused()
        keys.press("ArrowDown")
        keys.press("Enter")
        logged()
        keys.press("t")
        expect(dialog.get_by_label("Call back")).to_be_focused()
        keys.press("Enter")
        logged()
        answered(5 - number)
    # Of two there is something to say to a colleague, who is chosen from the list.
    for number, name in enumerate(NAMES[8:10]):
        named(name)
        keys.press("n")
        expect(dialog.get_by_label("Note", exact=True)).to_be_focused()
        keys.type("Knows your customer, @be")
        expect(dialog.get_by_role("option")).to_contain_text("Ben Ott")
        keys.press("Enter")
        keys.press("Control+Enter")
        logged()
        answered(3 - number)
    # Two wait until another day.
    for number, name in enumerate(NAMES[10:]):
        named(name)
        keys.press("s")
        expect(page.locator("dialog#snooze")).to_be_visible()
        keys.press("Enter")
        expect(rows).to_have_count(1 - number)
    expect(page.get_by_text(re.compile("returns"))).to_be_visible()

    accepted = Handoff.objects.filter(status="accepted", assignee=morning)
    calls = Interaction.objects.filter(kind="call_outbound", by=morning)
    assert accepted.count() == 10
    assert sorted(row.properties["outcome"] for row in calls) == [
        *["no_answer"] * 2,
        *["reached"] * 6,
    ]
    assert Claim.objects.filter(rep=morning).count() == 8
    assert Task.objects.filter(assignee=morning, kind="call").count() == 2
    told = Notification.objects.filter(recipient__username="ben.ott")
    assert [line.kind for line in told] == ["mention", "mention"]
