"""Parts of pages are pages where a browser opens them by themselves."""

import pytest
from django.urls import reverse

from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def visit(client):
    """What a signed-in rep gets of a contact's part."""
    client.force_login(RepFactory(language="en"))
    contact = ContactFactory(first_name="Ada", last_name="Byron")

    def visit(name: str, **headers: str):
        url = reverse(name, args=[contact.pk])
        answer = client.get(
            url, headers={k.replace("_", "-"): headers[k] for k in headers}
        )
        return answer, answer.content.decode()

    return visit


@pytest.mark.parametrize(
    "name",
    [
        "sales:contact_state",
        "sales:contact_tasks",
        "sales:contact_deals",
        "sales:contact_handoff",
        "journeys:contact_timeline",
        "scoring:contact_score",
        "contacts:twins",
    ],
)
def test_a_part_that_is_opened_by_itself_is_a_page(visit, name):
    answer, page = visit(name, **BROWSER)

    assert answer.status_code == 200
    assert page.count("<html") == page.count("<h1") == 1
    assert "data-part" not in page
    assert {"HX-Request", "Accept"} <= set(answer["Vary"].split(", "))
    assert len(page) > len(visit(name)[1])


def test_its_heading_is_the_title_of_the_page(visit):
    _answer, page = visit("sales:contact_tasks", **BROWSER)

    assert "<h1>Tasks</h1>" in page
    assert "<title>Tasks · LeadHub</title>" in page


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Accept": "*/*"},
        BROWSER | {"HX_Request": "true"},
        BROWSER | {"Sec_Fetch_Dest": "iframe"},
    ],
)
def test_scripts_and_frames_get_the_part_alone(visit, headers):
    _answer, part = visit("sales:contact_tasks", **headers)

    assert "<html" not in part


def test_a_page_stays_as_it_is(visit):
    _answer, page = visit("contacts:detail", **BROWSER)

    assert page.count("<html") == 1
