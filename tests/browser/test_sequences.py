"""A marketer builds a sequence, publishes it, lets somebody in and sees what comes."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.models import Enrollment, Sequence
from campaigns.selectors.sequences import latest_versions, plan_of
from campaigns.steps.tree import as_json
from contacts.models import Contact
from tests.factories.accounts import MarketerFactory
from tests.factories.campaigns import MailTemplateFactory, SenderFactory
from tests.factories.contacts import ConsentFactory, ContactFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def signed_in(page, sign_in):
    sign_in(MarketerFactory())
    return page


def lines(sequence: Sequence) -> list:
    version = latest_versions([sequence])[sequence.pk]
    return [
        [step["kind"], {name: len(line) for name, line in step["branches"].items()}]
        for step in as_json(plan_of(version))
    ]


def add(page, kind: str, *, within=None) -> None:
    """Open the last "Add step" there, and choose a kind."""
    ends = (within or page.locator("main")).locator("li.lh-add.is-end")
    ends.last.locator("summary").click()
    ends.last.get_by_role("link", name=kind, exact=True).click()


def test_a_sequence_is_built_published_and_foreseen(signed_in, live_server):
    page = signed_in
    SenderFactory()
    MailTemplateFactory(name="Welcome mail")
    contact = ContactFactory(first_name="Ada", last_name="Byron", job_title="Head")
    ConsentFactory(contact=contact)

    page.goto(live_server.url + reverse("campaigns:sequences"))
    page.get_by_role("link", name="New sequence").click()
    page.get_by_label("Name").fill("Welcome")
    page.get_by_role("button", name="Save", exact=True).click()

    add(page, "Send a mail")
    page.get_by_label("Mail template").select_option(label="Welcome mail")
    page.get_by_role("button", name="Add step").click()
    add(page, "Branch by a condition")
    page.get_by_role("button", name="Add condition").click()
    page.get_by_label("Field").select_option(label="Job title")
    page.get_by_label("Operator").select_option(label="contains")
    page.get_by_label("Value").fill("head")
    page.get_by_role("button", name="Add step").click()
    yes = page.locator(".lh-branch").first
    add(page, "Send a mail", within=yes)
    page.get_by_label("Mail template").select_option(label="Welcome mail")
    page.get_by_role("button", name="Add step").click()
    add(page, "Wait", within=page.locator("main"))
    page.get_by_label("Days").fill("3")
    page.get_by_role("button", name="Add step").click()
    # The step that was added has the focus.
    expect(page.locator("li.lh-step:focus")).to_contain_text("Wait 3 days")
    sequence = Sequence.objects.get()
    assert lines(sequence) == [
        ["mail", {}],
        ["branch", {"yes": 1, "no": 0}],
        ["wait", {}],
    ]

    # Alt and the arrow move it.
    page.wait_for_load_state()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("li.lh-step").nth(1)).to_contain_text("Wait 3 days")
    expect(page.locator("li.lh-step:focus")).to_contain_text("Wait 3 days")
    page.get_by_role("button", name="Delete step 2").click()
    expect(page.locator("li.lh-step")).to_have_count(3)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("li.lh-step")).to_have_count(4)

    page.get_by_role("link", name="Publish").click()
    page.get_by_label("What changed").fill("The first one")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1, published")).to_be_visible()

    page.goto(live_server.url + reverse("contacts:detail", args=[contact.pk]))
    page.get_by_role("button", name="Add to sequence").click()
    expect(page.get_by_role("link", name="Welcome").first).to_be_visible()
    assert Enrollment.objects.get().contact_id == contact.pk

    page.goto(live_server.url + reverse("campaigns:sequence", args=[sequence.pk]))
    page.get_by_role("link", name="Next 14 days").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Ada Byron")
    expect(rows.first).to_contain_text("Welcome mail")


def test_selected_contacts_are_added_from_the_list(signed_in, live_server):
    from tests.factories.sequences import SequenceFactory, SequenceVersionFactory

    page = signed_in
    SequenceVersionFactory(sequence=SequenceFactory(name="Welcome"))
    ContactFactory.create_batch(3)

    page.goto(live_server.url + reverse("contacts:list"))
    page.locator("[data-select]").first.check()
    page.locator("[data-select]").nth(1).check()
    page.get_by_role("button", name="Add to sequence").click()
    expect(page.get_by_text("2 contacts are selected")).to_be_visible()
    page.get_by_role("button", name="Add to sequence").click()

    expect(page.get_by_text("2 contacts were added to Welcome")).to_be_visible()
    assert Contact.objects.filter(enrollments__isnull=False).count() == 2
