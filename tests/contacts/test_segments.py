"""Segments: their verbs, and the REST door to them."""

import pytest
from django.utils import timezone

from contacts.models import Segment
from contacts.services.segments import (
    SegmentInUse,
    SegmentNameTaken,
    create_segment,
    delete_segment,
    update_segment,
)
from leadhub.errors import InvalidValue
from tests.contacts.test_api import client_of, errors
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.contacts import ContactFactory, SegmentFactory
from tests.factories.journeys import JourneyFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/segments/"
HEADS = {"field": "job_title", "op": "starts_with", "value": "Head"}


def test_create_segment_keeps_who_made_it():
    marketer, now = MarketerFactory(), timezone.now()

    segment = create_segment(
        data={"name": " Heads ", "condition": HEADS}, by=marketer, at=now
    )

    segment.refresh_from_db()
    assert (segment.name, segment.condition) == ("Heads", HEADS)
    assert (segment.created_by, segment.created_at) == (marketer, now)


@pytest.mark.parametrize(
    ("data", "attr"),
    [
        ({"condition": HEADS}, "name"),
        ({"name": "A"}, "condition"),
        (
            {"name": "A", "condition": {"all": [{"field": "x"}]}},
            "condition.all.0.field",
        ),
        ({"name": "A", "condition": HEADS, "size": 3}, "size"),
        ({"name": "A" * 101, "condition": HEADS}, "name"),
    ],
)
def test_create_segment_says_what_is_wrong(data, attr):
    with pytest.raises(InvalidValue) as refusal:
        create_segment(data=data, by=None, at=timezone.now())

    assert refusal.value.attr == attr
    assert not Segment.objects.exists()


def test_two_segments_never_share_a_name():
    SegmentFactory(name="Heads")
    other = SegmentFactory(name="Others")
    now = timezone.now()

    with pytest.raises(SegmentNameTaken):
        create_segment(data={"name": "Heads", "condition": HEADS}, by=None, at=now)
    with pytest.raises(SegmentNameTaken):
        update_segment(segment=other, data={"name": "Heads"}, by=None, at=now)


def test_update_segment_changes_only_what_is_named():
    segment, now = SegmentFactory(name="Heads", description="Old"), timezone.now()

    update_segment(segment=segment, data={"condition": HEADS}, by=None, at=now)

    segment.refresh_from_db()
    assert (segment.name, segment.description) == ("Heads", "Old")
    assert (segment.condition, segment.updated_at) == (HEADS, now)


def test_delete_segment_that_a_journey_needs_is_refused():
    segment = SegmentFactory()
    journey = JourneyFactory(segment=segment, name="Way of heads")

    with pytest.raises(SegmentInUse, match="Way of heads"):
        delete_segment(segment=segment, by=None, at=timezone.now())
    journey.delete()
    delete_segment(segment=segment, by=None, at=timezone.now())
    delete_segment(segment=segment, by=None, at=timezone.now())

    assert not Segment.objects.exists()


def test_over_the_api():
    api = client_of(MarketerFactory())
    head = ContactFactory(job_title="HEAD of Sales")
    ContactFactory(job_title="Assistant")

    created = api.post(URL, {"name": "Heads", "condition": HEADS}, format="json")
    assert created.status_code == 201, created.json()
    url = created["Location"]
    assert created.json()["condition"] == HEADS
    found = api.get("/api/v1/contacts/", {"segment": created.json()["id"]}).json()
    assert [row["id"] for row in found["results"]] == [head.pk]

    changed = api.patch(url, {"description": "Who decides"}, format="json")
    assert changed.json()["description"] == "Who decides"
    assert api.get(URL).json()["results"] == [changed.json()]
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404


def test_the_api_names_the_path_to_what_is_wrong():
    api = client_of(MarketerFactory())
    condition = {"any": [HEADS, {"field": "job_title", "op": "is", "value": "x"}]}

    response = api.post(URL, {"name": "A", "condition": condition}, format="json")

    assert response.status_code == 400
    assert errors(response) == [("condition.any.1.op", "invalid_condition")]


def test_reps_read_segments_and_do_not_change_them():
    segment = SegmentFactory()
    api = client_of(RepFactory())

    assert api.get(f"{URL}{segment.pk}/").status_code == 200
    assert (
        api.patch(f"{URL}{segment.pk}/", {"name": "B"}, format="json").status_code
        == 403
    )
    assert (
        api.post(URL, {"name": "B", "condition": HEADS}, format="json").status_code
        == 403
    )
