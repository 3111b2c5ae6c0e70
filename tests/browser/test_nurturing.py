"""A sequence built in the browser, to its end under a moved clock; and what ends it."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from campaigns.models import LandingPage, Sequence
from campaigns.services.advancing import advance_due_enrollments
from campaigns.services.interests import recount_stale_interests
from campaigns.services.sending import send_due_messages
from campaigns.services.triggers import look_for_entries
from contacts.models import Contact
from sales.services.handoffs import hand_off
from tests.browser.conftest import confirm_address
from tests.browser.test_sequences import add
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.campaigns import (
    ConsentTextFactory,
    ContentFactory,
    FormFactory,
    LandingPageFactory,
    MailTemplateFactory,
    SenderFactory,
)
from tests.factories.events import TopicFactory
from tests.factories.sales import CrossingFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("fresh_process"),
]


@pytest.fixture
def landing() -> LandingPage:
    """Who downloads what it gives is interested in scoring."""
    content = ContentFactory(title="The guide")
    content.topics.add(TopicFactory(name="Scoring", slug="scoring"))
    form = FormFactory(name="Get the guide", content=content)
    ConsentTextFactory(form=form)
    return LandingPageFactory(form=form, title="How good leads are found")


def work() -> None:
    """What the worker does by and by."""
    recount_stale_interests()
    look_for_entries()
    advance_due_enrollments()
    send_due_messages()
    advance_due_enrollments()


def build(page: Page, start: str) -> None:
    """A mail, three days, and one of two mails, for everybody who sends the form."""
    page.goto(start)
    page.get_by_role("link", name="New sequence").click()
    page.get_by_label("Name").fill("After the guide")
    page.get_by_role("combobox", name="Who enters").select_option(label="Sends a form")
    page.get_by_role("combobox", name="Form").select_option(label="Get the guide")
    for day in ("Saturday", "Sunday"):
        page.get_by_label(day).check()
    page.locator("[name=send_from]").fill("00:00")
    page.locator("[name=send_until]").fill("23:59")
    page.get_by_role("button", name="Save", exact=True).click()

    add(page, "Send a mail")
    page.get_by_label("Mail template").select_option(label="Welcome")
    page.get_by_role("button", name="Add step").click()
    add(page, "Wait")
    page.get_by_label("Days").fill("3")
    page.get_by_role("button", name="Add step").click()
    add(page, "Branch by a condition")
    page.get_by_role("button", name="Add condition").click()
    page.get_by_label("Field").select_option(label="Interest: Scoring")
    page.get_by_label("Operator").select_option(label="is at least")
    page.get_by_label("Value").fill("1")
    page.get_by_label("Days").fill("2")
    page.get_by_role("button", name="Add step").click()
    for branch, template in enumerate(("More on scoring", "Something else")):
        add(page, "Send a mail", within=page.locator(".lh-branch").nth(branch))
        page.get_by_label("Mail template").select_option(label=template)
        page.get_by_role("button", name="Add step").click()
    page.get_by_role("link", name="Publish").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1, published")).to_be_visible()


def sign_up(browser, landing: LandingPage, address: str, mail_server) -> Page:
    """Their browser, with the address confirmed from the mail that arrived."""
    theirs = browser.new_context().new_page()
    theirs.goto(landing.public_url)
    theirs.get_by_label("E-mail").fill(address)
    theirs.get_by_label("Send me your news").check()
    theirs.get_by_role("button", name="Send").click()
    expect(theirs.get_by_role("heading", name="Thank you")).to_be_visible()
    send_due_messages()
    confirm_address(theirs, address, mail_server)
    return theirs


def test_a_sequence_takes_the_branch_of_the_interest_and_ends_where_sales_takes_over(
    page, browser, live_server, sign_in, mail_server, landing
):
    SenderFactory()
    for name in ("Welcome", "More on scoring", "Something else"):
        MailTemplateFactory(name=name, subject=name)
    sign_in(MarketerFactory())
    build(page, live_server.url + reverse("campaigns:sequences"))

    keen = sign_up(browser, landing, "nurture.keen@example.com", mail_server)
    keen.get_by_role("link", name="Get “The guide”").click()
    idle = sign_up(browser, landing, "nurture.idle@example.com", mail_server)
    ready = sign_up(browser, landing, "nurture.ready@example.com", mail_server)
    work()

    def campaign_mails(name: str) -> list[str]:
        arrived = mail_server.mails_to(f"nurture.{name}@example.com")
        subjects = [mail["Subject"] for mail in arrived if mail["List-Unsubscribe"]]
        return sorted(subjects)

    names = ("keen", "idle", "ready")
    assert [campaign_mails(name) for name in names] == [["Welcome"]] * 3

    lead = Contact.objects.get(email="nurture.ready@example.com")
    RepFactory()
    hand_off(crossing=CrossingFactory(contact=lead), at=timezone.now())
    # When the wait is over, and when the branch has waited for the interest.
    after = [timezone.now() + timedelta(days=days, minutes=1) for days in (3, 6)]
    for moment in after:
        with time_machine.travel(moment):
            work()
    with time_machine.travel(after[-1]):
        assert campaign_mails("keen") == ["More on scoring", "Welcome"]
        assert campaign_mails("idle") == ["Something else", "Welcome"]
        assert campaign_mails("ready") == ["Welcome"]
        sequence = Sequence.objects.get()
        page.goto(
            live_server.url + reverse("campaigns:sequence_people", args=[sequence.pk])
        )
        rows = page.locator("tbody tr")
        expect(rows).to_have_count(3)
        expect(rows.filter(has_text="ready@")).to_contain_text("Handed to sales")
        expect(rows.filter(has_text="keen@")).to_contain_text("All steps done")
        fan = Contact.objects.get(email="nurture.keen@example.com")
        page.goto(live_server.url + reverse("contacts:detail", args=[fan.pk]))
        interests = page.get_by_role("region", name="Interests")
        expect(interests.get_by_text("Scoring")).to_be_visible()
    for theirs in (keen, idle, ready):
        theirs.context.close()
