"""``landing-pages/`` over REST: what the editor composes, by a program."""

import pytest
from rest_framework.test import APIClient

from campaigns.models import LandingPage, PageCount
from tests.factories.accounts import RepFactory
from tests.factories.campaigns import (
    ContentFactory,
    FormFactory,
    FormSubmissionFactory,
    LandingPageFactory,
    UploadFactory,
)

pytestmark = pytest.mark.django_db
PAGES = "/api/v1/landing-pages/"


def test_a_page_is_made_shown_changed_and_deleted(api, client):
    form, content = FormFactory(), ContentFactory(slug="guide", title="The guide")
    image = UploadFactory(width=10, height=10)
    body = {
        "title": "How good leads are found",
        "form": form.pk,
        "blocks": [
            {"type": "heading", "text": "What you get"},
            {"type": "list", "items": ["Twelve pages", "No slides"]},
            {"type": "image", "image": image.key, "alt": "A page"},
            {"type": "content", "content": content.slug},
            {"type": "form"},
        ],
    }

    made = api.post(PAGES, body, format="json")
    assert made.status_code == 201, made.json()
    where, path = made["Location"], "/p/how-good-leads-are-found/"
    shown = client.get(path).content.decode()
    changed = api.patch(where, {"is_published": False}, format="json")

    assert made.json()["url"].endswith(path)
    assert made.json()["blocks"] == body["blocks"]
    for words in ("What you get", "No slides", "The guide", form.button):
        assert words in shown
    assert changed.json()["is_published"] is False
    assert client.get(path).status_code == 404
    assert api.delete(where).status_code == 204
    assert not LandingPage.objects.exists()


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "title"),
        ({"title": "A", "blocks": {"type": "heading"}}, "blocks"),
        ({"title": "A", "blocks": [{"type": "script", "text": "x"}]}, "blocks"),
        ({"title": "A", "blocks": [{"type": "heading", "text": ""}]}, "blocks"),
        ({"title": "A", "blocks": [{"type": "image", "image": "x"}]}, "blocks"),
        ({"title": "A", "blocks": [{"type": "content", "content": "x"}]}, "blocks"),
        ({"title": "A", "blocks": [{"type": "form"}]}, "blocks"),
        ({"title": "A", "language": "xx"}, "language"),
        ({"title": "A", "slug": "a b"}, "slug"),
        ({"title": "A", "form": 999_999}, "form"),
        ({"title": "A\x00"}, "title"),
        ({"title": "A", "html": "<b>"}, "html"),
    ],
)
def test_what_is_no_page_is_refused(api, body, attr):
    refused = api.post(PAGES, body, format="json")

    assert refused.status_code == 400
    assert refused.json()["errors"][0]["attr"] == attr
    assert not LandingPage.objects.exists()


def test_an_address_is_taken_once(api):
    LandingPageFactory(slug="guide")

    refused = api.post(PAGES, {"title": "A", "slug": "guide"}, format="json")

    assert refused.status_code == 409
    assert refused.json()["errors"][0]["code"] == "slug_taken"


def test_a_page_of_plain_text_shows_its_blocks(api):
    page = LandingPageFactory(body="One.\n\n- Two\n- Three")

    found = api.get(f"{PAGES}{page.pk}/").json()

    assert found["blocks"] == [
        {"type": "text", "text": "One."},
        {"type": "list", "items": ["Two", "Three"]},
    ]


def test_figures_of_people_and_machines_stand_apart(api):
    page = LandingPageFactory()
    PageCount.objects.create(page=page, day="2026-11-24", people=3, machines=5)
    FormSubmissionFactory(form=page.form, page=page)

    [found] = api.get(PAGES).json()["results"]

    assert found["numbers"]["visits"] == 3
    assert found["numbers"]["machine_visits"] == 5
    assert found["numbers"]["sent"] == 1


@pytest.mark.parametrize("row_count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    api, django_assert_max_num_queries, row_count
):
    LandingPageFactory.create_batch(row_count)

    with django_assert_max_num_queries(7):
        found = api.get(PAGES).json()["results"]

    assert len(found) == row_count


def test_reps_read_only():
    page, client = LandingPageFactory(), APIClient()
    client.force_login(RepFactory())

    assert client.get(f"{PAGES}{page.pk}/").status_code == 200
    assert client.patch(f"{PAGES}{page.pk}/", {}, format="json").status_code == 403
    assert client.post(PAGES, {"title": "A"}, format="json").status_code == 403
