"""The dashboard's figures over REST."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from insights.kpis.definitions import Scope
from insights.kpis.registry import KPIS, figures
from insights.selectors.periods import last_days
from sales.models import Handoff
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import JourneyFactory, PhaseFactory, PhaseVisitFactory
from tests.factories.sales import HandoffFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/kpis/"


def test_the_figures_are_those_of_the_dashboard(api):
    now = timezone.now()
    HandoffFactory(
        contact=ContactFactory(created_at=now - timedelta(days=1)),
        status=Handoff.Status.ACCEPTED,
        offered_at=now - timedelta(hours=5),
        accepted_at=now - timedelta(hours=2),
    )

    answer = api.get(URL).json()

    shown = {figure["key"]: figure["value"] for figure in answer["figures"]}
    keys = [key for key, kpi in KPIS.items() if not kpi.needs_phase]
    scope = Scope(last_days(30, at=now))
    assert shown == {figure.key: figure.value for figure in figures(keys, scope)}
    assert (shown["accepted"], shown["hours_to_accept"]) == (100, 3)
    assert [step["from"] for step in answer["scores"]][:2] == [0, 10]


def test_the_weakest_phase_is_named(api):
    journey = JourneyFactory()
    first, second, third = PhaseFactory.create_batch(3, journey=journey)
    now = timezone.now()
    for place in range(10):
        contact = ContactFactory()
        PhaseVisitFactory(
            contact=contact,
            phase=first,
            entered_at=now - timedelta(days=3),
            left_at=now - timedelta(days=2),
        )
        PhaseVisitFactory(
            contact=contact,
            phase=second,
            entered_at=now - timedelta(days=2),
            left_at=now - timedelta(days=1) if place < 4 else None,
        )
        if place < 4:
            PhaseVisitFactory(
                contact=contact, phase=third, entered_at=now - timedelta(days=1)
            )

    answer = api.get(URL, {"days": 7, "journey": journey.pk}).json()

    assert answer["journey"] == {"id": journey.pk, "name": journey.name}
    assert [step["share"] for step in answer["phases"]] == [100, 40, 0]
    assert answer["weakest"] == second.pk


@pytest.mark.parametrize(
    "query", [{"days": "8"}, {"days": "x"}, {"journey": "x"}, {"journey": "99"}]
)
def test_bad_parameters_are_400(api, query):
    response = api.get(URL, query)

    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == next(iter(query))


def test_an_empty_house_has_figures_too(api):
    answer = api.get(URL).json()

    assert (answer["journey"], answer["phases"], answer["weakest"]) == (None, [], None)
