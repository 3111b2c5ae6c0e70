"""The inbox as a rep uses it: with the keyboard, undone, and told of news."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Notification
from accounts.services.notifications import notify
from sales.services.handoffs import hand_off
from tests.factories.accounts import NotificationFactory, RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.sales import CrossingFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rep():
    return RepFactory()


@pytest.fixture
def opened(page, live_server, rep):
    """Open a page of the workplace as ``rep``."""
    client = Client()
    client.force_login(rep)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session}
    page.context.add_cookies([cookie | {"url": live_server.url}])

    def go(url):
        page.goto(live_server.url + url)
        return page

    return go


def lead(rep, name, *, minutes_ago=0):
    contact = ContactFactory(owner=rep, first_name=name, last_name="Byron")
    at = timezone.now() - timedelta(minutes=minutes_ago)
    return hand_off(crossing=CrossingFactory(contact=contact), at=at)


def test_a_rep_opens_reads_and_accepts_a_lead_with_the_keyboard(opened, rep):
    first = lead(rep, "Ada")
    second = lead(rep, "Bea", minutes_ago=5)

    page = opened(reverse("accounts:inbox"))
    assert not Notification.objects.filter(read_at__isnull=False).exists()
    expect(page).to_have_title(re.compile(r"^\(2\)"))
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#inbox-item-title")).to_have_text("Bea Byron")
    expect(page.locator(".is-unread")).to_have_count(1)
    expect(page.get_by_text("You might begin")).to_be_visible()
    page.keyboard.press("a")

    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("#toasts")).to_contain_text("Bea Byron is yours")
    expect(page).to_have_title(re.compile(r"^\(1\)"))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("offered", "accepted")


def test_a_lead_accepted_in_its_row_is_not_offered_beside_it(opened, rep):
    lead(rep, "Ada")
    lead(rep, "Bea", minutes_ago=5)

    page = opened(reverse("accounts:inbox"))
    page.locator("[data-open]").first.click()
    detail = page.locator("#inbox-detail")
    expect(detail.get_by_role("button", name="Accept Ada Byron")).to_be_visible()
    row = page.locator("[data-row]").first
    row.hover()
    row.get_by_role("button", name="Accept Ada Byron").click()

    expect(detail).to_contain_text("You accepted")
    expect(detail.get_by_role("button", name="Accept Ada Byron")).to_have_count(0)
    expect(page.locator("[data-row]")).to_have_count(1)


def test_a_lead_is_declined_with_a_reason_where_it_is_read(
    opened, rep, expected_in_console
):
    handoff = lead(rep, "Ada")
    expected_in_console.append(r"422 .*/decline/")

    page = opened(reverse("accounts:inbox"))
    page.locator("[data-open]").click()
    page.get_by_label("Decline Ada Byron").click()
    page.get_by_role("button", name="Give it back to marketing").click()
    expect(page.locator(".lh-field-error")).to_be_visible()
    page.get_by_label("Reason").select_option("no_budget")
    page.get_by_role("button", name="Give it back to marketing").click()

    expect(page.get_by_text("No leads waiting")).to_be_visible()
    handoff.refresh_from_db()
    assert handoff.decline_reason == "no_budget"


def test_what_was_done_or_snoozed_by_mistake_comes_back(opened, rep):
    line = NotificationFactory(recipient=rep, title="Import is done")
    NotificationFactory(recipient=rep, surfaces_at=timezone.now() - timedelta(hours=1))

    page = opened(reverse("accounts:inbox"))
    page.keyboard.press("j")
    page.keyboard.press("d")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-row]")).to_have_count(2)
    line.refresh_from_db()
    assert line.done_at is None

    page.goto(page.url.split("/inbox/")[0] + reverse("accounts:inbox"))
    page.keyboard.press("j")
    page.keyboard.press("s")
    row, menu = (
        page.locator(name).bounding_box() for name in (".is-current", "#snooze")
    )
    assert abs(menu["y"] - row["y"] - row["height"]) < 16
    assert abs(menu["x"] + menu["width"] - row["x"] - row["width"]) < 16
    page.get_by_role("button", name="Tomorrow 9:00").click()
    expect(page.locator("[data-row]")).to_have_count(1)
    assert Notification.objects.snoozed(at=timezone.now()).get() == line


def test_what_is_ticked_is_done_at_once(opened, rep):
    NotificationFactory.create_batch(3, recipient=rep)

    page = opened(reverse("accounts:inbox"))
    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.get_by_text("2 selected.")).to_be_visible()
    page.locator("#bulk").get_by_role("button", name="Done").click()

    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("#toasts")).to_contain_text("2 lines are done.")


def test_news_arrive_as_a_bar_and_in_the_title(opened, rep):
    page = opened(reverse("accounts:inbox"))
    expect(page.get_by_text("No leads waiting")).to_be_visible()

    notify(
        recipient=rep,
        kind="system",
        key="news",
        subject_id=1,
        title="Ada is ready",
        at=timezone.now(),
    )

    expect(page.locator("#inbox-news")).to_contain_text("1 new", timeout=12_000)
    expect(page).to_have_title(re.compile(r"^\(1\)"))
    page.locator("#inbox-news a").click()
    expect(page.locator("[data-row]")).to_contain_text("Ada is ready")


def test_on_a_phone_list_and_detail_come_one_after_the_other(opened, rep, page):
    page.set_viewport_size({"width": 390, "height": 800})
    lead(rep, "Ada")

    opened(reverse("accounts:inbox"))
    page.locator("[data-open]").click()
    expect(page.locator("#inbox-item")).to_be_visible()
    expect(page.locator(".lh-inbox-list")).to_be_hidden()
    page.get_by_label("Back to the list").click()

    expect(page.locator("[data-open]")).to_be_visible()
    expect(page.locator("#inbox-item")).to_have_count(0)


def test_a_line_is_put_off_until_an_event_or_a_day_with_the_keyboard(opened, rep):
    lead(rep, "Ada")
    NotificationFactory(recipient=rep, surfaces_at=timezone.now() - timedelta(hours=1))

    page = opened(reverse("accounts:inbox"))
    page.keyboard.press("j")
    page.keyboard.press("s")
    menu = page.locator("dialog#snooze")
    expect(menu.get_by_role("button", name="Until they reply")).to_be_visible()
    menu.get_by_role("button", name="Until they reply").press("Enter")
    expect(page.locator("[data-row]")).to_have_count(1)

    # The other is about nobody: there is no reply to wait for.
    page.keyboard.press("s")
    expect(menu).to_be_visible()
    expect(menu.get_by_role("button", name="Until they reply")).to_be_hidden()
    day = timezone.localdate() + timedelta(days=20)
    menu.get_by_label("Day").fill(day.isoformat())
    menu.get_by_label("Day").press("Enter")
    expect(page.locator("[data-row]")).to_have_count(0)

    page.goto(
        page.url.split("/inbox/")[0] + reverse("accounts:inbox") + "?state=snoozed"
    )
    expect(page.get_by_text("returns when they reply, or")).to_be_visible()


def test_a_line_is_handed_over_with_a_key_and_taken_back(opened, rep):
    ben = RepFactory(first_name="Ben", last_name="Cole")
    lead(rep, "Ada")

    page = opened(reverse("accounts:inbox"))
    page.keyboard.press("j")
    page.keyboard.press("h")
    menu = page.locator("dialog#assign")
    menu.get_by_role("button", name="Ben Cole").click()
    expect(page.locator("[data-row]")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-row]")).to_have_count(1)

    assert Notification.objects.in_inbox(at=timezone.now()).get().recipient == rep
    assert not ben.notifications.filter(done_at=None).exists()


def test_ticked_lines_are_handed_over_together(opened, rep):
    RepFactory(first_name="Ben", last_name="Cole")
    lead(rep, "Ada")
    lead(rep, "Bea", minutes_ago=5)

    page = opened(reverse("accounts:inbox"))
    for key in "jxjx":
        page.keyboard.press(key)
    bar = page.locator("#bulk")
    bar.get_by_text("Hand over").click()
    bar.get_by_role("button", name="Ben Cole").click()

    expect(page.get_by_text("2 lines are with Ben Cole now.")).to_be_visible()
    expect(page.locator("[data-row]")).to_have_count(0)
