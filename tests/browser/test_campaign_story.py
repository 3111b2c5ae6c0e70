"""A campaign from an empty installation to its end, as those see it who take part.

All is built in the browser: sender, content, form, page, templates, sequence. Three
people come with browsers of their own, over a real mail server, and the clock is moved.
With ``PICTURES=/some/directory`` the pages on the way are kept there.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from campaigns.models import Enrollment, LandingPage, MailTemplate, Sender, Sequence
from campaigns.services.advancing import advance_due_enrollments
from campaigns.services.interests import recount_stale_interests
from campaigns.services.sending import send_due_messages
from campaigns.services.triggers import look_for_entries
from contacts.models import Consent, Contact
from journeys.models import Interaction
from sales.models import Handoff
from scoring.tasks import recompute_stale_scores
from tests.browser.conftest import WIDE, confirm_address
from tests.browser.test_main_loop import FIREFOX
from tests.browser.test_sequences import add
from tests.campaigns import files
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.campaigns import FormFactory
from tests.factories.scoring import RuleFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("fresh_process"),
]
KEEN, IDLE, READY = (f"story.{name}@example.com" for name in ("keen", "idle", "ready"))
TEMPLATES = ("Welcome", "More on scoring", "Something else")


@pytest.fixture
def somebody(browser: Browser) -> Iterator[Callable[[], Page]]:
    """Browsers of people who have never been here."""
    contexts = []

    def somebody() -> Page:
        context = browser.new_context(viewport=WIDE, user_agent=FIREFOX, locale="en-US")
        contexts.append(context)
        return context.new_page()

    yield somebody
    for context in contexts:
        context.close()


def work() -> None:
    """What worker and scheduler do by and by."""
    recompute_stale_scores()
    recount_stale_interests()
    look_for_entries()
    advance_due_enrollments()
    send_due_messages()
    advance_due_enrollments()


# What the marketer builds ---------------------------------------------------------


def say_who_writes(page: Page, start: str) -> None:
    page.goto(start + reverse("campaigns:sender"))
    page.get_by_label("Name").fill("Mara at Example")
    page.get_by_label("Address").fill("mara@example.org")
    page.get_by_label("Imprint").fill("Example GmbH\nMusterstraße 1, 10115 Berlin")
    for field in ("quiet_from", "quiet_until"):
        page.locator(f"[name={field}]").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The next mail goes out like this")).to_be_visible()
    assert Sender.objects.get().name == "Mara at Example"


def make_content(page: Page, start: str, guide: Path) -> None:
    page.goto(start + reverse("campaigns:content_create"))
    page.get_by_label("Title").fill("The guide")
    page.get_by_label("Topics").fill("Scoring")
    page.get_by_label("File").set_input_files(guide)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="The guide")).to_be_visible()


def make_form(page: Page, start: str) -> None:
    page.goto(start + reverse("campaigns:form_create"))
    page.get_by_label("Name", exact=True).fill("Get the guide")
    page.get_by_label("Gives in return").select_option(label="The guide")
    page.get_by_label("Button").fill("Send me the guide")
    page.get_by_label("Ask for First name").check()
    page.get_by_label("Published").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Consents").click()
    page.locator("[name=name]").fill("newsletter")
    page.locator("[name=text]").fill("Send me your news by mail.")
    page.locator("[name=purposes][value=email_marketing]").check()
    page.locator("form:has([name=text]) button").last.click()
    expect(page.get_by_text("version 1", exact=True)).to_be_visible()


def make_page(page: Page, start: str, picture) -> None:
    page.goto(start + reverse("campaigns:page_create"))
    page.get_by_label("Title").fill("How good leads are found")
    page.get_by_label("Form", exact=True).select_option(label="Get the guide")
    blocks = page.get_by_role("group", name="Add a block")
    blocks.get_by_role("button", name="Heading").click()
    blocks.get_by_role("button", name="List").click()
    page.locator("[name=block-0-text]").fill("What you get")
    page.locator("[name=block-1-items]").fill("Twelve pages\nNo slides")
    preview = page.frame_locator("iframe")
    expect(preview.get_by_role("heading", name="What you get")).to_be_visible()
    expect(preview.get_by_text("No slides")).to_be_visible()
    picture(page, "01-page-with-preview")
    page.locator("button.btn[value=save]").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("link", name="Open it")).to_be_visible()


def make_template(page: Page, start: str, name: str) -> None:
    page.goto(start + reverse("campaigns:mail_template_create"))
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Subject").fill(name)
    text = "Hello {{ first_name | default: 'you' }},\n\n[read it](https://example.com/)"
    page.locator("[name=body]").fill(text)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Template saved.")).to_be_visible()
    assert MailTemplate.objects.filter(name=name).exists()


def make_sequence(page: Page, start: str, picture) -> None:
    """A mail, three days, and one of two mails, for everybody who sends the form."""
    page.goto(start + reverse("campaigns:sequence_create"))
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
    for branch, template in enumerate(TEMPLATES[1:]):
        add(page, "Send a mail", within=page.locator(".lh-branch").nth(branch))
        page.get_by_label("Mail template").select_option(label=template)
        page.get_by_role("button", name="Add step").click()
    stops = page.get_by_text("Stops when")
    expect(stops).to_be_visible()
    expect(page.get_by_text("handed to sales")).to_be_visible()
    page.get_by_role("link", name="Publish").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1, published")).to_be_visible()
    picture(page, "02-sequence")


# What the others do ---------------------------------------------------------------


def sign_up(theirs: Page, address: str, mail_server, picture) -> None:
    """They send the form and confirm from the mail that arrived."""
    theirs.goto(LandingPage.objects.get().public_url)
    theirs.get_by_label("First name").fill("Ada")
    theirs.get_by_label("E-mail").fill(address)
    theirs.get_by_label("Send me your news").check()
    picture(theirs, "03-landing-page")
    theirs.get_by_role("button", name="Send me the guide").click()
    expect(theirs.get_by_role("heading", name="Thank you")).to_be_visible()
    assert "/d/" not in theirs.content()  # not before the address is confirmed
    assert not Consent.objects.filter(contact__email=address).exists()
    send_due_messages()
    confirm_address(theirs, address, mail_server)
    expect(theirs.get_by_role("link", name="Get “The guide”")).to_be_visible()
    picture(theirs, "04-confirmed")


def download(theirs: Page) -> None:
    with theirs.expect_download() as started:
        theirs.get_by_role("link", name="Get “The guide”").click()
    assert started.value.suggested_filename == "guide.pdf"
    assert started.value.path().read_bytes() == files.PDF


def ask_for_a_demo(theirs: Page, start: str, address: str) -> None:
    form = FormFactory(name="Demo", interaction_kind="demo_request")
    theirs.goto(start + reverse("campaigns:form", args=[form.slug]))
    theirs.get_by_label("E-mail").fill(address)
    theirs.get_by_role("button", name="Send").click()
    expect(theirs.get_by_text("We will be in touch.")).to_be_visible()


def campaign_mails(mail_server, address: str) -> list[str]:
    """Subjects of marketing mails that arrived; each is looked at as a reader would."""
    found = []
    for mail in mail_server.received(address):
        if not mail.one_click:
            continue
        found.append(mail.headers["subject"])
        for part in (mail.text, mail.html):
            assert "Musterstraße 1" in part
            assert mail.one_click in part
        assert mail.loads == []  # nobody here has agreed to tracking in mails
    return sorted(found)


def test_from_an_empty_installation_to_the_end_of_a_sequence(
    page, live_server, sign_in, somebody, mail_server, tmp_path, picture
):
    start, guide = live_server.url, tmp_path / "guide.pdf"
    guide.write_bytes(files.PDF)
    marketer, rep = MarketerFactory(), RepFactory()
    RuleFactory(points=100, when={"kind": "demo_request"})
    sign_in(marketer)
    say_who_writes(page, start)
    make_content(page, start, guide)
    make_form(page, start)
    make_page(page, start, picture)
    for name in TEMPLATES:
        make_template(page, start, name)
    make_sequence(page, start, picture)

    keen, idle, ready = somebody(), somebody(), somebody()
    for theirs, address in ((keen, KEEN), (idle, IDLE), (ready, READY)):
        sign_up(theirs, address, mail_server, picture)
    download(keen)
    work()

    fan = Contact.objects.get(email=KEEN)
    downloaded = Interaction.objects.get(kind="content_download", is_machine=False)
    assert (downloaded.contact, downloaded.properties["topics"]) == (fan, ["scoring"])
    for address in (KEEN, IDLE, READY):
        assert campaign_mails(mail_server, address) == ["Welcome"]
    sequence = Sequence.objects.get()
    page.goto(start + reverse("campaigns:sequence_forecast", args=[sequence.pk]))
    expect(page.locator("tbody tr")).to_have_count(3)
    picture(page, "05-next-14-days")

    # The third one is ready: the score hands the lead off, and its mails end.
    ask_for_a_demo(ready, start, READY)
    work()
    handoff = Handoff.objects.get()
    assert (handoff.contact.email, handoff.assignee) == (READY, rep)

    # When the wait is over, and when the branch has waited for the interest.
    after = [timezone.now() + timedelta(days=days, minutes=1) for days in (3, 6)]
    for moment in after:
        with time_machine.travel(moment):
            work()
    with time_machine.travel(after[-1]):
        assert campaign_mails(mail_server, KEEN) == ["More on scoring", "Welcome"]
        assert campaign_mails(mail_server, IDLE) == ["Something else", "Welcome"]
        assert campaign_mails(mail_server, READY) == ["Welcome"]
        page.goto(start + reverse("campaigns:sequence_people", args=[sequence.pk]))
        rows = page.locator("tbody tr")
        expect(rows).to_have_count(3)
        for address, end in (
            (READY, "Handed to sales"),
            (KEEN, "All steps done"),
            (IDLE, "All steps done"),
        ):
            run = Enrollment.objects.get(contact__email=address)
            row = page.locator(f'[data-row="{run.pk}"]')
            expect(row).to_contain_text(end)
        picture(page, "06-people")
        page.goto(start + reverse("campaigns:sequence_results", args=[sequence.pk]))
        ends = page.get_by_role("region", name="What became of them")
        expect(ends).to_contain_text("Handed to sales")
        picture(page, "07-results")
        page.goto(start + reverse("contacts:detail", args=[fan.pk]))
        interests = page.get_by_role("region", name="Interests")
        expect(interests.get_by_text("Scoring")).to_be_visible()
        picture(page, "08-interests")
        sign_in(rep)
        page.goto(start + reverse("contacts:detail", args=[handoff.contact_id]))
        sequences = page.get_by_role("region", name="Sequences")
        expect(sequences).to_contain_text("Handed to sales")
        picture(page, "09-handed-off")

        # And by the link in the mail that arrived one leaves, with one click.
        [last] = [
            mail
            for mail in mail_server.received(IDLE)
            if mail.headers["subject"] == "Something else"
        ]
        idle.goto(start + urlsplit(last.one_click).path)
        idle.get_by_role("button", name="Unsubscribe").click()
        expect(idle.get_by_role("heading", name="You are unsubscribed")).to_be_visible()
        picture(idle, "10-unsubscribed")
    decided = Consent.objects.filter(contact__email=IDLE, purpose="email_marketing")
    assert [c.granted for c in decided.order_by("at", "pk")] == [True, False]
