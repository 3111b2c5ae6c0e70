"""The editor of conditions: rows and JSON say the same."""

import json

import pytest
from playwright.sync_api import expect

from contacts.models import Segment
from tests.browser.conftest import PHONE, WIDE
from tests.factories.accounts import AdminFactory
from tests.factories.contacts import ContactFactory, SegmentFactory

pytestmark = pytest.mark.django_db(transaction=True)

HEADS = {"field": "job_title", "op": "contains", "value": "head"}


@pytest.fixture
def editor(page, live_server, sign_in):
    """Opens the segment's page; gives the editor on it."""

    def editor(segment: Segment | None = None, size=WIDE):
        sign_in(AdminFactory())
        page.set_viewport_size(size)
        path = f"/segments/{segment.pk}/" if segment else "/segments/new/"
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        return page.locator("[data-condition-editor]")

    return editor


def json_of(editor) -> dict:
    return json.loads(editor.locator("textarea").input_value())


def test_rows_write_the_condition_that_is_saved(editor, page):
    ContactFactory(job_title="Head of Sales")
    ContactFactory(job_title="Intern")
    form = editor()
    form.get_by_role("button", name="Add condition").click()
    form.get_by_label("Field").select_option(label="Job title")
    form.get_by_label("Operator").select_option(label="contains")
    form.get_by_label("Value").fill("head")

    expect(form.get_by_role("status").first).to_have_text("Matches 1 contact")
    page.get_by_label("Name", exact=True).fill("Heads")
    page.get_by_role("button", name="Save").click()

    page.wait_for_url(lambda url: "/new/" not in url)
    assert Segment.objects.get().condition == {"all": [HEADS]}


@pytest.mark.parametrize(
    "condition",
    [
        HEADS,
        {"all": [HEADS, {"any": [HEADS, {"field": "phone", "op": "is_set"}]}]},
        {"not": {"any": [HEADS]}},
        {"any": [{"field": "company.employees", "op": "between", "value": [50, 250]}]},
        {"all": [{"field": "tags", "op": "in", "value": ["vip", "fair"]}]},
        {"all": [{"field": "consent.email_marketing", "op": "eq", "value": False}]},
        {
            "all": [
                {
                    "did": {
                        "kind": ["page_view", "chat"],
                        "where": [
                            {"field": "url", "op": "contains", "value": "/pricing"}
                        ],
                        "at_least": 2,
                        "within_days": 30,
                    }
                }
            ]
        },
    ],
    ids=["leaf", "nested", "none", "between", "list", "boolean", "behavior"],
)
def test_looking_at_a_condition_and_touching_it_changes_nothing(editor, condition):
    form = editor(SegmentFactory(condition=condition))
    expect(form.locator("[data-rows]")).to_be_visible()

    # Adding a row and taking it away again writes all of it anew.
    form.get_by_role("button", name="Add condition").last.click()
    form.locator(".lh-cond-remove").last.click()

    written = json_of(form)
    assert written == condition or written == {"all": [condition]}


def test_what_rows_cannot_show_stays_as_json(editor):
    condition = {"not": {"all": [HEADS, HEADS]}}
    form = editor(SegmentFactory(condition=condition))

    expect(form.locator("[data-rows]")).to_be_hidden()
    expect(form.locator("textarea")).to_be_visible()
    expect(form).to_contain_text("can only be edited as JSON")
    assert json_of(form) == condition


def test_json_that_is_typed_becomes_rows(editor):
    form = editor()
    form.get_by_text("As JSON").click()
    form.locator("textarea").fill('{"any": [')
    expect(form).to_contain_text("not JSON yet")
    form.locator("textarea").fill(json.dumps({"any": [HEADS]}))

    expect(form.get_by_label("Match")).to_have_value("1")
    expect(form.get_by_label("Value")).to_have_value("head")


def test_removing_is_told_and_keeps_the_focus(editor, page):
    form = editor(SegmentFactory(condition={"all": [HEADS]}))
    form.get_by_role("button", name="Remove: Job title").click()

    expect(form.get_by_role("button", name="Add condition")).to_be_focused()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_violations(editor, violations, overflow, size):
    did = {"did": {"kind": "page_view", "where": [], "at_least": 2}}
    editor(SegmentFactory(condition={"all": [HEADS, {"any": [HEADS, did]}]}), size)

    assert violations() == []
    assert overflow() == 0
