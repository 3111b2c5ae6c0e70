"""``contents/`` and ``forms/`` over REST."""

import pytest
from rest_framework.test import APIClient

from campaigns.models import Content, Form
from tests.factories.accounts import RepFactory
from tests.factories.campaigns import (
    ContentFactory,
    DownloadGrantFactory,
    FormFactory,
    FormSubmissionFactory,
    LandingPageFactory,
    UploadFactory,
)
from tests.factories.contacts import CustomFieldFactory
from tests.factories.journeys import MeasureFactory, PhaseFactory
from tests.factories.sales import HandoffFactory

pytestmark = pytest.mark.django_db
CONTENTS, FORMS = "/api/v1/contents/", "/api/v1/forms/"
EMAIL = {"name": "email", "label": "E-mail", "required": True}


def test_a_content_is_made_changed_and_put_away(api):
    phase, measure = PhaseFactory(), MeasureFactory()
    body = {
        "title": "Guide to scoring",
        "url": "https://example.com/guide",
        "topics": ["Lead Scoring", "CRM"],
        "phases": [phase.pk],
        "measure": measure.pk,
    }

    made = api.post(CONTENTS, body, format="json")
    where = made["Location"]
    changed = api.patch(where, {"topics": ["crm"]}, format="json")

    assert made.status_code == 201
    assert made.json()["slug"] == "guide-to-scoring"
    assert made.json()["topics"] == ["crm", "lead-scoring"]
    assert made.json()["phases"] == [phase.pk]
    assert changed.json()["topics"] == ["crm"]
    assert api.get(where).json()["offered_at"] == "https://example.com/guide"
    assert api.delete(where).status_code == 204
    assert api.get(CONTENTS).json()["results"] == []
    assert api.get(where).json()["archived_at"]


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "title"),
        ({"title": "A"}, "url"),
        ({"title": " ", "url": "https://example.com"}, "title"),
        ({"title": "A", "url": "javascript:alert(1)"}, "url"),
        ({"title": "A", "url": "https://a:b@example.com"}, "url"),
        ({"title": "A\x00", "url": "https://example.com"}, "title"),
        ({"title": "A", "url": "https://example.com", "slug": "a/b"}, "slug"),
        ({"title": "A", "url": "https://example.com", "topics": ["!"]}, "topics"),
        ({"title": "A", "url": "https://example.com", "topics": "a"}, "topics"),
        ({"title": "A", "url": "https://example.com", "language": "xx"}, "language"),
        ({"title": "A", "url": "https://example.com", "phases": [0]}, "phases"),
        ({"title": "A", "url": "https://example.com", "file": "x"}, None),
        ({"title": "A", "url": "https://example.com", "upload": 1}, "upload"),
    ],
)
def test_what_is_no_content_is_refused(api, body, attr):
    answer = api.post(CONTENTS, body, format="json")

    if attr is None:  # what can only be read is left out
        assert answer.status_code in {201, 400}
        return
    assert answer.status_code == 400
    assert {e["attr"].split(".")[0] for e in answer.json()["errors"]} == {attr}
    assert not Content.objects.exists()


def test_an_address_is_taken_once(api):
    ContentFactory(slug="guide")
    body = {"title": "Guide", "url": "https://example.com"}

    answer = api.post(CONTENTS, body, format="json")

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "slug_taken"


def test_figures_are_those_of_its_forms_and_pages(api):
    content = ContentFactory(url="", upload=UploadFactory())
    form = FormFactory(content=content)
    page = LandingPageFactory(form=form)
    page.counts.create(day="2026-01-01", people=7, machines=2)
    sent = FormSubmissionFactory(form=form, made_contact=True)
    FormSubmissionFactory(form=form, machine_reason="honeypot", contact=None)
    HandoffFactory(contact=sent.contact)
    DownloadGrantFactory(content=content, people=3, machines=4)

    [found] = api.get(CONTENTS).json()["results"]

    assert found["numbers"] == {
        "visits": 7,
        "sent": 1,
        "confirmed": 0,
        "downloads": 3,
        "machine_downloads": 4,
        "leads": 1,
        "handoffs": 1,
    }
    assert found["offered_at"] == page.public_url
    assert found["file"]["name"] == "guide.pdf"


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_no_more_queries_for_more_rows(
    api, django_assert_num_queries, count
):
    for _ in range(count):
        form = FormFactory(content=ContentFactory())
        FormSubmissionFactory(form=form)

    # Session, user; rows, topics, phases; four of figures, two of addresses.
    with django_assert_num_queries(11):
        api.get(CONTENTS)
    with django_assert_num_queries(4):  # session, user; rows, figures
        api.get(FORMS)


def test_a_form_is_made_and_changed(api):
    CustomFieldFactory(key="size")
    content = ContentFactory()
    size = {"name": "custom.size", "label": "How many are you?"}
    body = {
        "name": "Get the guide",
        "fields": [EMAIL, size],
        "button": "Send me the guide",
        "content": content.pk,
        "asks_at_once": 2,
    }

    made = api.post(FORMS, body, format="json")
    assert made.status_code == 201, made.json()
    where = made["Location"]
    changed = api.patch(where, {"is_published": False}, format="json")

    assert made.json()["fields"] == [EMAIL, {**size, "required": False}]
    assert made.json()["url"].endswith("/f/get-the-guide/")
    assert changed.json()["is_published"] is False
    assert api.delete(where).status_code == 204


@pytest.mark.parametrize(
    "fields",
    [
        None,
        [],
        {},
        "email",
        [{"name": "first_name", "label": "x"}],
        [EMAIL, EMAIL],
        [EMAIL, {"name": "owner", "label": "x"}],
        [EMAIL, {"name": "custom.none", "label": "x"}],
        [EMAIL, {"name": "phone", "label": "x", "required": "yes"}],
        [EMAIL, {"name": "phone", "label": "x", "more": 1}],
        [EMAIL, {"name": ["phone"]}],
        [EMAIL, {"name": "phone", "label": "x\x00"}],
        [EMAIL, "phone"],
    ],
)
def test_fields_that_cannot_be_are_refused(api, fields):
    body = {"name": "A", "button": "B", "fields": fields}

    answer = api.post(FORMS, body, format="json")

    assert answer.status_code == 400
    assert not Form.objects.exists()


def test_a_form_that_was_sent_is_not_deleted(api):
    sent = FormSubmissionFactory()

    answer = api.delete(f"{FORMS}{sent.form_id}/")

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "in_use"


def test_reps_read_only():
    api = APIClient()
    api.force_login(RepFactory())
    content, form = ContentFactory(), FormFactory()

    assert api.get(CONTENTS).status_code == api.get(FORMS).status_code == 200
    assert api.post(CONTENTS, {}, format="json").status_code == 403
    assert api.delete(f"{CONTENTS}{content.pk}/").status_code == 403
    assert api.patch(f"{FORMS}{form.pk}/", {}, format="json").status_code == 403
