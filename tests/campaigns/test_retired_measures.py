"""Measures that have left the plan are chosen no more, and stay where they were."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from tests.factories.campaigns import ContentFactory
from tests.factories.events import EventFactory
from tests.factories.journeys import (
    MeasureFactory,
    PhaseFactory,
    TrackedLinkFactory,
)
from tests.factories.sequences import SequenceFactory

pytestmark = pytest.mark.django_db


@dataclass
class Door:
    """A page and a resource on which a measure is chosen for something."""

    factory: Any
    page: str
    resource: str
    form: dict[str, Any]
    body: dict[str, Any]


TARGET = "https://www.example.com/"
DOORS = [
    Door(
        ContentFactory,
        "campaigns:content",
        "contents",
        {"title": "Guide", "language": "en", "url": TARGET},
        {"title": "Guide", "url": TARGET},
    ),
    Door(
        SequenceFactory,
        "campaigns:sequence_edit",
        "sequences",
        {
            "name": "Nurture",
            "trigger": "by_hand",
            "send_days": [1, 2],
            "send_from": "09:00",
            "send_until": "17:00",
            "hold_out": 0,
        },
        {"name": "Nurture"},
    ),
    Door(
        EventFactory,
        "campaigns:event_edit",
        "webinars",
        {"name": "Fair", "kind": "webinar", "starts_at": "2026-05-06T10:00"},
        {"name": "Fair", "kind": "webinar", "starts_at": "2026-05-06T10:00:00Z"},
    ),
    Door(
        TrackedLinkFactory,
        "journeys:link_edit",
        "links",
        {"name": "Offer", "target_url": TARGET, "channel": "social"},
        {"name": "Offer", "target_url": TARGET},
    ),
]


@pytest.fixture(params=DOORS, ids=[door.resource for door in DOORS])
def door(request):
    return request.param


@pytest.fixture
def api(marketer):
    client = APIClient()
    client.force_authenticate(marketer)
    return client


@pytest.fixture
def plan():
    """(in force, retired, in a phase that is retired)"""
    phase = PhaseFactory()
    gone = PhaseFactory(journey=phase.journey, retired_at=timezone.now())
    return (
        MeasureFactory(phase=phase, name="Ads"),
        MeasureFactory(phase=phase, name="Old ads", retired_at=timezone.now()),
        MeasureFactory(phase=gone, name="Older ads"),
    )


def offered(page):
    field = page.context["form"].fields["measure"]
    return [label for number, label in field.choices if number]


def test_a_page_offers_measures_of_the_plan_and_keeps_what_is_chosen(
    client, marketer, door, plan
):
    live, retired, older = plan
    row = door.factory(measure=retired)
    url = reverse(door.page, args=[row.pk])

    page = client.get(url)
    kept = client.post(url, door.form | {"measure": retired.pk})
    other = client.post(url, door.form | {"measure": older.pk})

    assert offered(page) == ["Ads", "Old ads (not of the plan any more)"]
    assert (kept.status_code, other.status_code) == (302, 422)
    row.refresh_from_db()
    assert row.measure == retired
    assert client.post(url, door.form | {"measure": live.pk}).status_code == 302
    assert offered(client.get(url)) == ["Ads"]


def test_the_api_refuses_a_retired_measure_but_not_the_one_that_is_chosen(
    api, door, plan
):
    _live, retired, older = plan
    row = door.factory(measure=retired)
    url = f"/api/v1/{door.resource}/"

    made = [
        api.post(url, door.body | {"measure": measure.pk}, format="json")
        for measure in (retired, older)
    ]
    other = api.patch(f"{url}{row.pk}/", {"measure": older.pk}, format="json")
    same = api.patch(f"{url}{row.pk}/", {"measure": retired.pk}, format="json")

    for refused in (*made, other):
        [fault] = refused.json()["errors"]
        assert refused.status_code == 400
        assert (fault["attr"], fault["code"]) == ("measure", "measure_retired")
    assert (same.status_code, same.json()["measure"]) == (200, retired.pk)
    none = api.patch(f"{url}{row.pk}/", {"measure": None}, format="json")
    assert (none.status_code, none.json()["measure"]) == (200, None)


@pytest.mark.parametrize("row_count", [1, 3])
def test_choosing_takes_as_many_queries_for_many(
    client, marketer, django_assert_num_queries, row_count
):
    MeasureFactory.create_batch(row_count)
    url = reverse("journeys:link_create")
    client.get(url)

    with django_assert_num_queries(8):
        assert len(offered(client.get(url))) == row_count
