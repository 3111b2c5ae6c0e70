"""The story that LeadHub exists to make impossible, played by those who are in it.

Somebody attends a webinar, marketing mails him, and two reps phone him meanwhile. Here
a webinar program reports over the API, Mara works in marketing, Anna and Bert in sales,
each in a browser of their own. docs/webinar-story.md tells it step by step.
"""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import APIResponse, Page, expect

from accounts.services.tokens import create_token
from campaigns.models import Enrollment, Event
from campaigns.services.advancing import advance_due_enrollments
from campaigns.services.follow_ups import plan_due_follow_ups
from campaigns.services.sending import send_due_messages
from contacts.models import Contact
from sales.models import Claim, Handoff
from scoring.tasks import recompute_stale_scores
from tests.factories.accounts import AdminFactory, MarketerFactory, RepFactory
from tests.factories.campaigns import MailTemplateFactory, SenderFactory
from tests.factories.scoring import RuleFactory, ScoringModelFactory
from tests.factories.sequences import (
    SequenceFactory,
    SequenceVersionFactory,
    StepFactory,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("fresh_process"),
]
JONAS = "jonas@weber.example"


@pytest.fixture
def marketer():
    return MarketerFactory(first_name="Mara", last_name="Lind")


@pytest.fixture
def anna():
    return RepFactory(first_name="Anna", last_name="Keller", capacity=10)


@pytest.fixture
def bert():
    return RepFactory(first_name="Bert", last_name="Oster", capacity=5)


@pytest.fixture
def in_use():
    """What the teams have set up before: a model, a sender, two mails, a sequence."""
    model = ScoringModelFactory(threshold=50)
    RuleFactory(scoring_model=model, points=30, when={"kind": "webinar_attended"})
    RuleFactory(scoring_model=model, points=25, when={"kind": "pricing_view"})
    SenderFactory(quiet_from=None, quiet_until=None)
    MailTemplateFactory(name="Thanks", subject="Thanks for coming")
    later = MailTemplateFactory(name="Offer", subject="20 % off this week")
    sequence = SequenceFactory(name="After the webinar")
    version = SequenceVersionFactory(sequence=sequence)
    StepFactory(version=version)
    StepFactory(version=version, kind="mail", settings={"template": later.pk})
    return sequence


@pytest.fixture
def api(page, live_server) -> Callable[..., APIResponse]:
    """Ask the REST API as the webinar program does, or with somebody's own token."""

    def api(method: str, path: str, *, user=None, **data) -> APIResponse:
        user = user or AdminFactory()
        token = create_token(user=user, name="Webinars", at=timezone.now())
        return page.request.fetch(
            f"{live_server.url}/api/v1/{path}",
            method=method,
            headers={"Authorization": f"Bearer {token}"},
            **({"data": data} if data else {}),
        )

    return api


def work() -> None:
    """What worker and scheduler do by and by."""
    recompute_stale_scores()
    plan_due_follow_ups()
    advance_due_enrollments()
    send_due_messages()


def test_the_webinar(
    page, live_server, browser_of, sign_in, api, mail_server, marketer, anna, bert,
    in_use, picture,
):  # fmt: skip
    start = live_server.url
    sign_in(marketer)
    sales, colleague = browser_of(anna), browser_of(bert)
    sales.goto(start + reverse("accounts:inbox"))
    plan_the_webinar(page, start)

    # He comes; the program says so, with what he has agreed to.
    event = Event.objects.get()
    answer = api(
        "POST",
        f"webinars/{event.pk}/attendances/",
        items=[{"email": JONAS, "first_name": "Jonas", "last_name": "Weber"}],
    )
    assert answer.json()["attended"] == 1
    jonas = Contact.objects.get(email=JONAS)
    answer = api(
        "POST",
        "consents/",
        contact=jonas.pk,
        purpose="email_marketing",
        granted=True,
        how="Ticked when he registered for the webinar",
    )
    assert answer.status == 201, answer.text()
    add_to_sequence(page, start, jonas)
    work()
    assert subjects(mail_server) == ["Thanks for coming"]
    expect(sales.get_by_text("Jonas Weber")).to_have_count(0)

    # He looks at the prices. Sales knows at once, and marketing falls silent.
    answer = api(
        "POST",
        "interactions/",
        contact={"email": JONAS},
        kind="pricing_view",
    )
    assert answer.status == 201, answer.text()
    work()
    handoff = Handoff.objects.get()
    assert (handoff.contact, handoff.assignee) == (jonas, anna)
    run = Enrollment.objects.get()
    assert run.end == Enrollment.End.HANDED_OFF
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        work()
    assert subjects(mail_server) == ["Thanks for coming"]
    page.goto(start + reverse("campaigns:sequence_people", args=[in_use.pk]))
    expect(page.locator("tbody tr")).to_contain_text("Handed to sales")
    picture(page, "webinar-1-marketing")

    # Anna reads why now and what marketing said to him, and calls.
    sales.get_by_text("1 new").click()
    sales.wait_for_load_state("networkidle")
    sales.locator("[data-row]").get_by_text("Jonas Weber").first.click()
    detail = sales.locator("#inbox-detail")
    expect(detail).to_contain_text("What marketing sent")
    picture(sales, "webinar-2-inbox")
    expect(detail).to_contain_text("Thanks for coming")
    sales.keyboard.press("a")
    expect(detail).to_contain_text("You accepted")
    sales.goto(start + reverse("contacts:detail", args=[jonas.pk]))
    sales.wait_for_load_state("networkidle")
    sales.keyboard.press("l")
    expect(sales.locator("[data-work-form]")).to_be_visible()
    sales.keyboard.press("Enter")
    expect(sales.get_by_text("You are talking to them")).to_be_visible()
    assert Claim.objects.get().rep == anna

    # Bert, who has met him too, sees it before he dials, in the browser and outside.
    colleague.goto(start + reverse("contacts:detail", args=[jonas.pk]))
    state = colleague.get_by_role("region", name="How it stands")
    expect(state).to_contain_text("Anna Keller is talking to them")
    expect(state.get_by_role("button", name="Claim")).to_have_count(0)
    picture(colleague, "webinar-3-colleague")
    refused = api("POST", f"contacts/{jonas.pk}/claim/", user=AdminFactory())
    assert refused.status == 409
    assert "Anna Keller" in refused.text()
    may = api(
        "GET", f"contacts/{jonas.pk}/touch/?channel=phone&purpose=personal"
    ).json()
    assert not may["allowed"]
    assert "claimed" in {reason["code"] for reason in may["reasons"]}

    # Mara tries once more, and is told why nothing goes out.
    page.goto(start + reverse("contacts:detail", args=[jonas.pk]))
    state = page.get_by_role("region", name="How it stands")
    expect(state).to_contain_text("Anna Keller is talking to them")
    expect(state).to_contain_text("mail: no Is with sales: Anna Keller.")
    expect(page.locator("#contact-timeline")).to_contain_text("Handed to sales")
    picture(page, "webinar-4-why-no-mail")
    assert subjects(mail_server) == ["Thanks for coming"]


def plan_the_webinar(page: Page, start: str) -> None:
    page.goto(start + reverse("campaigns:event_new"))
    page.get_by_label("Name", exact=True).fill("Scoring, live")
    page.locator("[name=starts_at]").fill(
        f"{timezone.localtime() - timedelta(hours=2):%Y-%m-%dT%H:%M}"
    )
    page.locator("[name=mail_attended]").select_option(label="Thanks")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Scoring, live")).to_be_visible()


def add_to_sequence(page: Page, start: str, contact: Contact) -> None:
    page.goto(start + reverse("contacts:list"))
    page.locator(f'[data-row="{contact.pk}"] [data-select]').check()
    page.get_by_role("button", name="Add to sequence").click()
    expect(page.get_by_text("1 contact is selected")).to_be_visible()
    page.get_by_role("button", name="Add to sequence").click()
    expect(page.get_by_text(re.compile("1 contact was added"))).to_be_visible()


def subjects(mail_server) -> list[str]:
    return [mail.headers["subject"] for mail in mail_server.received(JONAS)]
