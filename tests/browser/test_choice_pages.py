"""Confirming, choosing and unsubscribing, as whoever got a mail from us sees it."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from campaigns import public
from campaigns.models import OptIn
from campaigns.services.preferences import preference_url, unsubscribe_url
from campaigns.tokens import Door, make_token
from contacts.models import Consent, Contact, DataRequest, Suppression, TouchGuard
from tests.browser.conftest import PHONE, WIDE
from tests.factories.campaigns import (
    ConsentTextFactory,
    FormFactory,
    LandingPageFactory,
    SenderFactory,
)
from tests.factories.contacts import ConsentFactory, ContactFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
LARGEST = 60 * 1024


@pytest.fixture(autouse=True)
def _fresh_process(settings, live_server) -> None:
    settings.SITE_URL = live_server.url
    public.sendings.clear()
    SenderFactory(name="Example GmbH")


@pytest.fixture
def plain_browser(browser):
    """Somebody's browser without scripts and cookies."""
    context = browser.new_context(
        java_script_enabled=False, locale="en-US", viewport=PHONE
    )
    yield context
    context.close()


@pytest.fixture
def ada():
    contact = ContactFactory(email="ada@example.com")
    ConsentFactory(contact=contact)
    ConsentFactory(contact=contact, purpose="web_tracking")
    return contact


def signed_up(page, live_server, language="en") -> OptIn:
    """Fill in the form of a landing page, as one does."""
    labels = {"email": "Work e-mail", "first_name": "First name"}
    form = FormFactory(
        name="Newsletter",
        language=language,
        fields=[{"name": name, "label": label} for name, label in labels.items()],
    )
    ConsentTextFactory(
        form=form,
        language=language,
        text="Send me news and offers by mail, about twice a month. I can end this "
        "at any time, by a link in each mail.",
    )
    landing = LandingPageFactory(form=form, title="Two teams", language=language)
    page.goto(f"{live_server.url}/p/{landing.slug}/")
    page.get_by_label("Work e-mail").fill("ada@example.com")
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Send me news").check()
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/thanks/")
    return OptIn.objects.get()


def link_of(opt_in, live_server) -> str:
    token = make_token(Door.CONFIRM, key=opt_in.key, at=opt_in.mail_at)
    return f"{live_server.url}/confirm/{token}"


@SIZES
def test_a_sign_up_is_confirmed_by_one_button(
    page, live_server, violations, overflow, size
):
    page.set_viewport_size(size)
    opt_in = signed_up(page, live_server)

    page.goto(link_of(opt_in, live_server))
    assert violations() == []
    assert overflow() == 0
    expect(page.get_by_text("Send me news and offers")).to_be_visible()
    assert not Consent.objects.exists()
    page.get_by_role("button", name="Confirm").click()

    expect(page.get_by_role("heading")).to_have_text("Your address is confirmed")
    assert violations() == []
    assert Consent.objects.get().granted
    assert page.context.cookies() == []


@SIZES
def test_what_one_confirms_is_shown_first(page, live_server, overflow, size):
    page.set_viewport_size(size)
    page.goto(link_of(signed_up(page, live_server), live_server))

    for words in ("Newsletter", "Ada", "ada@example.com", "twice a month"):
        expect(page.locator("main")).to_contain_text(words)
    assert overflow() == 0


@SIZES
def test_switches_are_saved_and_shown_as_they_are(
    page, live_server, ada, violations, overflow, size
):
    page.set_viewport_size(size)
    page.goto(preference_url(ada))
    assert violations() == []
    assert overflow() == 0

    page.get_by_role("switch", name="Recognize me").uncheck()
    page.get_by_role("switch", name="Call me").check()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("status")).to_contain_text("Saved.")
    expect(page.get_by_role("switch", name="Recognize me")).not_to_be_checked()
    expect(page.get_by_role("switch", name="Call me")).to_be_checked()
    expect(page.get_by_role("switch", name="Send me mails")).to_be_checked()
    assert violations() == []
    assert page.context.cookies() == []


@SIZES
def test_pause_all_off_and_own_data(page, live_server, ada, violations, size):
    page.set_viewport_size(size)
    page.goto(preference_url(ada))

    page.get_by_role("button", name="Pause for 30 days").click()
    expect(page.get_by_text("You hear nothing from us until")).to_be_visible()
    page.get_by_role("button", name="Send me a copy").click()
    expect(page.get_by_text("You have asked for a copy")).to_be_visible()
    page.get_by_role("button", name="Switch all off").click()

    expect(page.get_by_role("status")).to_contain_text("All is switched off.")
    assert page.get_by_role("switch", checked=True).count() == 0
    assert violations() == []
    assert TouchGuard.objects.get().paused_until is not None
    assert DataRequest.objects.get().kind == "export"
    assert Suppression.objects.exists()


@SIZES
def test_unsubscribing_takes_one_button(
    page, live_server, ada, violations, overflow, size
):
    page.set_viewport_size(size)
    page.goto(unsubscribe_url(SimpleNamespace(contact=ada)))
    assert violations() == []
    assert not Suppression.objects.exists()

    page.get_by_role("button", name="Unsubscribe").click()

    expect(page.get_by_role("heading")).to_have_text("You are unsubscribed")
    assert violations() == []
    assert overflow() == 0
    assert Suppression.objects.exists()


def test_a_link_that_does_not_work_says_what_to_do(
    page, live_server, violations, expected_in_console
):
    expected_in_console.append("404")
    page.goto(f"{live_server.url}/preferences/nonsense")

    expect(page.get_by_role("heading")).to_have_text("This link does not work")
    expect(page.locator("main")).to_contain_text("newest mail")
    assert violations() == []


def test_all_of_it_works_without_scripts_and_is_small(plain_browser, live_server, ada):
    tab = plain_browser.new_page()
    answers = []
    tab.on("response", lambda answer: answers.append(answer))

    tab.goto(preference_url(ada))
    tab.wait_for_load_state("networkidle")
    assert sum(len(answer.body()) for answer in answers) < LARGEST
    tab.get_by_role("switch", name="Call me").check()
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("status")).to_contain_text("Saved.")
    tab.goto(unsubscribe_url(SimpleNamespace(contact=ada)))
    tab.get_by_role("button", name="Unsubscribe").click()

    expect(tab.get_by_role("heading")).to_have_text("You are unsubscribed")
    assert plain_browser.cookies() == []
    assert Consent.objects.filter(purpose="phone", granted=True).exists()


@SIZES
def test_pages_are_in_german_for_who_reads_german(
    page, live_server, ada, overflow, violations, size
):
    Contact.objects.filter(pk=ada.pk).update(language="de")
    page.set_viewport_size(size)

    page.goto(preference_url(ada))

    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert overflow() == 0
    assert violations() == []
