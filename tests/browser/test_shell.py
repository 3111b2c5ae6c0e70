"""What surrounds every page: menu, keys, theme, commands, toasts, news of the inbox."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.browser.conftest import PHONE, WIDE
from tests.factories.accounts import AdminFactory, NotificationFactory, RepFactory
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/settings/"


@pytest.fixture
def user(sign_in) -> User:
    user = AdminFactory(first_name="Lena", last_name="Brandt")
    sign_in(user)
    return user


@pytest.fixture
def shell(page, live_server, user):
    """A page of the workplace, wide, with its scripts running."""
    page.set_viewport_size(WIDE)
    page.goto(live_server.url + PAGE)
    page.wait_for_load_state("networkidle")
    return page


def theme_of(page) -> str:
    return page.locator("html").get_attribute("data-bs-theme")


# Accessibility -------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_violations(page, live_server, sign_in, violations, overflow, theme, size):
    sign_in(AdminFactory(theme=theme))
    page.set_viewport_size(size)
    page.goto(live_server.url + PAGE)

    assert theme_of(page) == theme
    assert violations() == []
    assert overflow() == 0


def test_first_tab_skips_to_the_content(shell):
    shell.keyboard.press("Tab")
    expect(shell.get_by_role("link", name="Skip to the content")).to_be_focused()
    shell.keyboard.press("Enter")

    expect(shell.locator("main")).to_be_focused()


# Theme ---------------------------------------------------------------------------


def test_theme_follows_the_system(page, live_server, user):
    page.emulate_media(color_scheme="dark")
    page.goto(live_server.url + PAGE)
    assert theme_of(page) == "dark"

    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_theme_is_kept_for_the_user(shell, user):
    shell.get_by_text("Lena Brandt").first.click()
    menu = shell.locator(".lh-me-menu")
    with shell.expect_response("**/preferences/"):
        menu.get_by_role("button", name="Dark").click()
    expect(shell.locator("html")).to_have_attribute("data-bs-theme", "dark")

    shell.reload()

    assert theme_of(shell) == "dark"
    user.refresh_from_db()
    assert user.theme == User.Theme.DARK


# Phone ---------------------------------------------------------------------------


def test_menu_on_a_phone(page, live_server, user, violations):
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + PAGE)
    page.wait_for_load_state("networkidle")
    link = page.locator("#navigation").get_by_role("link", name="Contacts")
    expect(link).not_to_be_visible()

    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("dialog", name="Menu")).to_be_visible()
    assert violations() == []
    assert link.bounding_box()["height"] >= 44
    link.click()

    expect(page).to_have_url(re.compile("/contacts/$"))


def test_bar_of_a_phone_does_not_cover_the_title(page, live_server, user):
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + PAGE)
    bar = page.locator(".lh-bar").bounding_box()
    title = page.locator("h1").bounding_box()

    assert title["y"] >= bar["y"] + bar["height"]


# Keys ----------------------------------------------------------------------------


def test_g_and_a_letter_go_to_a_page(shell):
    shell.keyboard.press("g")
    shell.keyboard.press("c")

    expect(shell).to_have_url(re.compile("/contacts/$"))


def test_question_mark_shows_the_keys(shell, violations):
    shell.keyboard.press("?")
    expect(shell.get_by_role("dialog", name="Keys")).to_be_visible()
    assert violations() == []
    shell.keyboard.press("Escape")

    expect(shell.get_by_role("dialog", name="Keys")).not_to_be_visible()


def test_keys_are_letters_where_one_types(shell):
    field = shell.locator("main input[type=text], main input[type=email]").first
    field.focus()
    shell.keyboard.type("?gc")

    expect(field).to_have_value(re.compile(r"\?gc"))
    expect(shell.get_by_role("dialog", name="Keys")).not_to_be_visible()


def test_keys_can_be_switched_off(shell):
    shell.keyboard.press("?")
    shell.get_by_role("switch", name="Use single keys").click()
    shell.keyboard.press("Escape")
    shell.reload()
    shell.wait_for_load_state("networkidle")
    shell.keyboard.press("?")

    expect(shell.get_by_role("dialog", name="Keys")).not_to_be_visible()


def test_list_keys(shell, live_server):
    ContactFactory(first_name="Ada", last_name="Byron")
    ContactFactory(first_name="Grace", last_name="Hopper")
    shell.goto(live_server.url + "/contacts/")
    shell.wait_for_load_state("networkidle")
    shell.keyboard.press("j")
    shell.keyboard.press("j")
    second = shell.locator("[data-row]").nth(1)
    expect(second).to_have_class(re.compile("is-current"))

    shell.keyboard.press("x")
    expect(second.get_by_role("checkbox")).to_be_checked()
    shell.keyboard.press("k")
    shell.keyboard.press("Shift+x")
    expect(shell.locator("[data-row] input[data-select]:checked")).to_have_count(2)

    shell.keyboard.press("Escape")
    expect(shell.locator("[data-row] input[data-select]:checked")).to_have_count(0)
    shell.keyboard.press("Enter")
    expect(shell).to_have_url(re.compile(r"/contacts/\d+/"))


# Commands ------------------------------------------------------------------------


def test_command_menu_finds_pages_and_contacts(shell, violations):
    contact = ContactFactory(first_name="Ada", last_name="Byron")
    shell.keyboard.press("Control+k")
    dialog = shell.get_by_role("dialog", name="Search and commands")
    box = dialog.get_by_role("combobox")
    expect(box).to_be_focused()
    assert violations() == []
    box.fill("scor")
    expect(dialog.get_by_role("option")).to_have_count(1)

    box.fill("byron")
    option = dialog.get_by_role("option", name="Ada Byron")
    expect(option).to_have_attribute("aria-selected", "true")
    shell.keyboard.press("Enter")

    expect(shell).to_have_url(re.compile(f"/contacts/{contact.pk}/$"))


# Toasts --------------------------------------------------------------------------


def test_a_toast_of_an_answer_can_be_undone_and_closed(shell):
    shell.evaluate(
        """document.body.dispatchEvent(new CustomEvent("toast", {detail:
           {text: "25 contacts changed.", level: "success", undo: "/undo/7/"}}))"""
    )
    toast = shell.locator("#toasts [data-toast]")

    expect(toast).to_contain_text("25 contacts changed.")
    expect(toast.locator("form")).to_have_attribute("action", "/undo/7/")
    toast.get_by_role("button", name="Close").click()
    expect(toast).to_have_count(0)


def test_an_answer_that_failed_is_said(shell, expected_in_console):
    expected_in_console += ["404", "Response Status Error"]
    shell.evaluate("htmx.ajax('GET', '/contacts/0/', {target: 'main'})")

    expect(shell.locator("#toasts")).to_contain_text("no longer there")


# Inbox ---------------------------------------------------------------------------


def test_news_of_the_inbox_arrive_without_reloading(shell, user):
    expect(shell.locator("#inbox-count")).not_to_be_visible()
    title = shell.title()

    NotificationFactory(recipient=user, title="Mara Lindqvist is sales-ready")

    expect(shell.locator("#inbox-count")).to_contain_text("1")
    expect(shell.locator("#inbox-news")).to_contain_text("Mara Lindqvist")
    expect(shell).to_have_title(f"(1) {title}")
    shell.locator("#inbox-news a").click()
    expect(shell).to_have_url(re.compile("/inbox/"))


def test_others_news_do_not_arrive(shell, user):
    NotificationFactory(recipient=RepFactory())
    with shell.expect_response("**/inbox/poll/**") as answered:
        shell.evaluate("document.body.dispatchEvent(new Event('inbox:poll'))")

    assert answered.value.status == 204
    expect(shell.locator("#inbox-count")).not_to_be_visible()


def test_who_is_signed_out_gets_no_sign_in_page_inside_of_this_one(shell):
    shell.context.clear_cookies()
    with shell.expect_response(re.compile("login")):
        shell.evaluate("document.body.dispatchEvent(new Event('inbox:poll'))")

    expect(shell.locator("h1")).to_have_count(1)
    expect(shell.locator("#inbox-poll")).to_have_count(1)
