"""Content for data, by two people in two browsers and over a real mail server."""

import pytest
from playwright.sync_api import expect

from campaigns.models import LandingPage
from campaigns.services.sending import send_due_messages
from contacts.models import Contact
from journeys.models import Interaction
from tests.browser.conftest import PHONE, WIDE, confirm_address
from tests.campaigns import files
from tests.factories.accounts import MarketerFactory
from tests.factories.campaigns import ContentFactory, LandingPageFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("fresh_process"),
]


def test_from_an_empty_page_to_a_confirmed_download(
    page, browser, live_server, sign_in, mail_server, tmp_path
):
    guide = tmp_path / "guide.pdf"
    guide.write_bytes(files.PDF)
    sign_in(MarketerFactory())
    here = f"{live_server.url}/campaigns"

    page.goto(f"{here}/contents/new/")
    page.get_by_label("Title").fill("The guide")
    page.get_by_label("Topics").fill("Scoring")
    page.get_by_label("File").set_input_files(guide)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="The guide")).to_be_visible()

    page.goto(f"{here}/forms/new/")
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

    page.goto(f"{here}/pages/new/")
    page.get_by_label("Title").fill("How good leads are found")
    page.get_by_label("Form", exact=True).select_option(label="Get the guide")
    add = page.get_by_role("group", name="Add a block")
    add.get_by_role("button", name="Heading").click()
    add.get_by_role("button", name="List").click()
    page.locator("[name=block-0-text]").fill("What you get")
    page.locator("[name=block-1-items]").fill("Twelve pages\nNo slides")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="What you get")).to_be_visible()
    expect(frame.get_by_text("No slides")).to_be_visible()
    page.locator("button.btn[value=save]").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("link", name="Open it")).to_be_visible()

    visitor = browser.new_context().new_page()
    visitor.goto(LandingPage.objects.get().public_url)
    visitor.get_by_label("First name").fill("Ada")
    visitor.get_by_label("E-mail").fill("browser.lead@example.com")
    visitor.get_by_label("Send me your news").check()
    visitor.get_by_role("button", name="Send me the guide").click()
    expect(visitor.get_by_role("heading", name="Thank you")).to_be_visible()
    assert "/d/" not in visitor.content()

    send_due_messages()
    confirm_address(visitor, "browser.lead@example.com", mail_server)
    with visitor.expect_download() as started:
        visitor.get_by_role("link", name="Get “The guide”").click()
    assert started.value.suggested_filename == "guide.pdf"
    assert started.value.path().read_bytes() == files.PDF
    visitor.context.close()

    lead = Contact.objects.get(email="browser.lead@example.com")
    downloaded = Interaction.objects.get(kind="content_download", is_machine=False)
    assert (downloaded.contact, downloaded.properties["topics"]) == (lead, ["scoring"])
    send_due_messages()
    subjects = [m["Subject"] for m in mail_server.mails_to(lead.email)]
    assert "The guide" in subjects


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_editor_are_for_everybody_and_fit(
    page, live_server, sign_in, violations, overflow, scheme
):
    marketer = MarketerFactory(theme=scheme)
    sign_in(marketer)
    content = ContentFactory()
    landing = LandingPageFactory(form__content=content, body="One.\n\n- Two\n- Three")
    here = f"{live_server.url}/campaigns"
    places = [
        f"{here}/contents/",
        f"{here}/contents/{content.pk}/",
        f"{here}/pages/{landing.pk}/",
        f"{here}/forms/{landing.form_id}/edit/",
        f"{live_server.url}/links/new/",
    ]
    found = {}

    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        for place in places:
            page.goto(place)
            page.wait_for_load_state("networkidle")
            wrong = [*violations(), *[overflow()] * bool(overflow())]
            if wrong:
                found[place, size["width"]] = wrong

    assert found == {}
