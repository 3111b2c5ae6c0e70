"""Filters by how contacts went through a journey; that they count right: tests/insights."""

import pytest

from tests.factories.accounts import MarketerFactory
from tests.factories.journeys import PhaseFactory

pytestmark = pytest.mark.django_db


def test_filters_by_ways_are_read_in_words(client):
    client.force_login(MarketerFactory())
    first, second = PhaseFactory(name="Reading"), PhaseFactory(name="Buying")

    page = client.get(
        "/contacts/",
        {
            "moved_in": first.journey_id,
            "way": f"{first.pk}-{second.pk}",
            "went": f"0-{second.pk}",
            "skipped": second.pk,
            "stayed_in": "99",
        },
    )

    shown = {chip.label: chip.value for chip in page.context["chips"]}
    assert shown == {
        "Moved in journey": first.journey.name,
        "Way": "Reading → Buying",
        "Went from and to": "→ Buying",
        "Skipped phase": "Buying",
        "Was in phase": "99",
    }
