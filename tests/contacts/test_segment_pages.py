"""Pages of segments and of custom fields, and the live count."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import CustomField, Segment
from contacts.views import segments
from tests.factories.accounts import RepFactory
from tests.factories.contacts import (
    ContactFactory,
    CustomFieldFactory,
    SegmentFactory,
)
from tests.factories.journeys import JourneyFactory

pytestmark = pytest.mark.django_db
HEADS = {"field": "job_title", "op": "starts_with", "value": "Head"}


def content(response, status=200):
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def test_segment_list_puts_conditions_into_words(client, marketer):
    assert "No segments yet" in content(client.get("/segments/"))
    SegmentFactory(name="Heads", condition=HEADS)

    page = content(client.get("/segments/"))

    assert "Heads" in page
    assert "Job title starts with “Head”" in page


def test_segment_list_query_count_does_not_grow_with_its_rows(client, marketer):
    CustomFieldFactory(key="plan")
    parts = [
        {"field": "custom.plan", "op": "eq", "value": "Pro"},
        {"field": "owner", "op": "eq", "value": marketer.pk},
    ]
    counts = []
    for row_count in (1, 3):
        while Segment.objects.count() < row_count:
            SegmentFactory(condition={"all": parts})
        with CaptureQueriesContext(connection) as queries:
            page = content(client.get("/segments/"))
        assert page.count("<tr data-row") == row_count
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_segment_is_made_changed_and_deleted_in_the_browser(client, marketer):
    form = {"name": "Heads", "condition": json.dumps(HEADS)}
    assert "condition-editor" in content(client.get("/segments/new/"))

    assert client.post("/segments/new/", form).status_code == 302
    segment = Segment.objects.get()
    url = f"/segments/{segment.pk}/"
    assert "starts_with" in content(client.get(url))
    assert client.post(url, form | {"description": "Deciders"}).status_code == 302
    segment.refresh_from_db()
    assert (segment.condition, segment.description) == (HEADS, "Deciders")
    journey = JourneyFactory(segment=segment)
    assert client.post(f"{url}delete/").status_code == 302
    assert Segment.objects.exists()
    journey.delete()
    client.post(f"{url}delete/")
    assert not Segment.objects.exists()


@pytest.mark.parametrize(
    "condition", ["", "{", "[]", "{}", json.dumps({"field": "shoe", "op": "eq"})]
)
def test_segment_form_says_what_is_wrong(client, marketer, condition):
    response = client.post("/segments/new/", {"name": "A", "condition": condition})

    assert "This could not be saved" in content(response, 422)
    assert not Segment.objects.exists()


def test_count_says_how_many_match(client, marketer, monkeypatch):
    ContactFactory(job_title="HEAD")
    ContactFactory(job_title="Headmaster")
    ContactFactory(job_title="Ahead")

    def count(condition):
        return client.post("/segments/count/", {"condition": json.dumps(condition)})

    assert content(count(HEADS)).strip() == "Matches 2 contacts"
    assert content(count({"any": []})).strip() == "Matches 0 contacts"
    assert "shoe" in content(count({"field": "shoe", "op": "eq", "value": 1}), 422)
    monkeypatch.setattr(segments, "COUNT_UP_TO", 2)
    assert content(count({"all": []})).strip() == "Matches more than 2 contacts"


def test_reps_read_segments_and_fields_only(client):
    client.force_login(RepFactory())
    segment, field = SegmentFactory(), CustomFieldFactory()

    assert "/segments/new/" not in content(client.get("/segments/"))
    for url in ("/segments/new/", f"/segments/{segment.pk}/", "/settings/fields/new/"):
        assert client.get(url).status_code == 403
    assert client.post(f"/segments/{segment.pk}/delete/").status_code == 403
    assert client.post(f"/settings/fields/{field.pk}/delete/").status_code == 403
    assert content(client.get("/settings/fields/"))


def test_custom_field_is_made_changed_and_deleted_in_the_browser(client, marketer):
    assert "No fields of your own yet" in content(client.get("/settings/fields/"))
    form = {"key": "plan", "label": "Plan", "type": "choice", "choices": "A\r\nB"}

    assert client.post("/settings/fields/new/", form).status_code == 302
    field = CustomField.objects.get()
    assert field.choices == ["A", "B"]
    url = f"/settings/fields/{field.pk}/"
    assert "custom.plan" in content(client.get("/settings/fields/"))
    assert client.post(url, form | {"label": "Offer"}).status_code == 302
    ContactFactory(custom={"plan": "A"})
    assert "other values: A" in content(client.post(url, form | {"choices": "B"}), 422)
    assert client.post(f"{url}delete/").status_code == 302
    assert not CustomField.objects.exists()
