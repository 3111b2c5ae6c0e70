"""The contact list by hand: what comes when it is asked for, with and without script."""

import re

import pytest
from playwright.sync_api import expect

from contacts.models import Contact
from tests.browser.conftest import PHONE, WIDE
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.contacts import ContactFactory, TagFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def contact_list(page, sign_in, live_server):
    ContactFactory(first_name="Ada", last_name="Byron").tags.add(TagFactory(name="vip"))
    ContactFactory(first_name="Grace", last_name="Hopper")
    sign_in(MarketerFactory())
    page.goto(live_server.url + "/contacts/")
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_filter_is_added_to_those_that_are_set(contact_list, live_server, size):
    page = contact_list
    page.set_viewport_size(size)
    page.goto(live_server.url + "/contacts/?tag=vip")
    page.get_by_role("button", name="Add filter").click()
    owner = page.get_by_label("Owner", exact=True)
    expect(owner).to_be_visible()

    owner.select_option("Nobody")
    page.get_by_role("button", name="Show").click()

    expect(page).to_have_url(re.compile(r"tag=vip"))
    expect(page).to_have_url(re.compile(r"owner=none"))
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.get_by_role("link", name="Remove filter Owner")).to_be_visible()


def test_filters_without_script(contact_list, browser_of, live_server):
    page = browser_of(MarketerFactory(), java_script_enabled=False)
    page.goto(live_server.url + "/contacts/?q=ada")
    page.get_by_role("button", name="Add filter").click()
    page.get_by_label("Tag").fill("vip")
    page.get_by_role("button", name="Show").click()

    expect(page.locator("[data-row]")).to_have_count(1)
    assert "q=ada" in page.url


def test_what_can_be_done_comes_with_the_first_selection(contact_list):
    page = contact_list
    owner = RepFactory(first_name="Rita", last_name="Ray")
    page.get_by_label("Select all on this page").check()
    bar = page.get_by_role("form", name="Change the selected contacts")
    expect(bar).to_contain_text("2 selected.")

    bar.get_by_label("New owner").select_option("Rita Ray")
    bar.get_by_role("button", name="Set owner").click()

    expect(page.locator("[data-row]").first).to_contain_text("Rita Ray")
    assert Contact.objects.filter(owner=owner).count() == 2
