"""Time in a phase: one number for figures, journey health, API and the list behind it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils.html import escape

from insights.kaplan_meier import Wait, median_time
from insights.kpis.definitions import Scope
from insights.kpis.registry import KPIS
from insights.models import KpiMonth
from insights.selectors.periods import month_of
from journeys.models import Phase, PhaseVisit
from tests.factories.accounts import LeadFactory, RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import JourneyFactory, PhaseFactory, PhaseVisitFactory
from tests.insights.kpis.test_every_kpi import rows_of

BERLIN = ZoneInfo("Europe/Berlin")
pytestmark = pytest.mark.django_db
MONTH = {"period": "2025-05"}
END = datetime(2025, 6, 1, tzinfo=BERLIN)
# Day of May on which somebody came -> for how many days.
STAYS = {26: 5, 24: 30, 22: 35, 4: 20, 7: 40}
# 5, then 20 of the two who were still watched; 30 if one knew what June brought.
KNOWN_THEN = 20


@pytest.fixture
def phase():
    """Whose contacts came in a month that is long over, and left in it or later."""
    found = PhaseFactory(journey=JourneyFactory(), position=1)
    later = PhaseFactory(journey=found.journey, position=2)
    for day, days in STAYS.items():
        entered = datetime(2025, 5, day, tzinfo=BERLIN)
        left = entered + timedelta(days=days)
        contact = ContactFactory()
        PhaseVisitFactory(
            contact=contact, phase=found, entered_at=entered, left_at=left
        )
        PhaseVisitFactory(contact=contact, phase=later, entered_at=left)
    return found


def by_hand(rows, phase):
    """The median of the stays of those in a list, as it was known at the end of May."""
    stays = PhaseVisit.objects.filter(contact__in=rows, phase=phase)
    return median_time(
        [
            Wait(
                (min(stay.left_at, END) - stay.entered_at) / timedelta(days=1),
                stay.left_at < END,
            )
            for stay in stays
        ]
    )


def doors(client, phase):
    """What each door says of the phase, and what the list behind it comes to."""
    journey = phase.journey
    query = {"journey": journey.pk} | MONTH
    page = client.get(reverse("insights:figures"), query)
    entered, moved, days = next(
        figures for row, figures in page.context["phases"] if row == phase
    )
    alone = client.get(
        reverse("insights:figure", args=["phase_days"]), {"phase": phase.pk} | MONTH
    )
    health_url = reverse("insights:journey_health", args=[journey.pk])
    health = client.get(health_url, MONTH)
    row = next(row for row in health.context["rows"] if row["phase"] == phase)
    kpis = client.get("/api/v1/kpis/", query).json()
    told = client.get(f"/api/v1/journeys/{journey.pk}/health/", MONTH).json()
    of_kpis = next(row for row in kpis["phases"] if row["id"] == phase.pk)
    of_health = next(row for row in told["phases"] if row["id"] == phase.pk)
    counts = {
        "figures": (entered.value, moved.parts.numerator),
        "health": (row["health"].step.entered, row["health"].step.moved_on),
        "kpis over the API": (of_kpis["entered"], of_kpis["moved_on"]),
        "health over the API": (of_health["entered"], of_health["moved_on"]),
        "list": (
            len(rows_of(client, entered.url)),
            len(rows_of(client, moved.part_url)),
        ),
    }
    medians = {
        "figures": days.value,
        "figure": alone.context["figure"].value,
        "health": row["health"].median_days,
        "kpis over the API": of_kpis["median_days"],
        "health over the API": of_health["median_days"],
        "list": by_hand(rows_of(client, days.url), phase),
    }
    return counts, medians


@pytest.mark.parametrize("factory", [LeadFactory, RepFactory])
def test_a_past_period_has_one_time_in_phase_at_every_door(client, phase, factory):
    client.force_login(factory())

    counts, medians = doors(client, phase)

    assert set(counts.values()) == {(5, 2)}, counts
    assert set(medians.values()) == {KNOWN_THEN}, medians


def test_what_happens_after_a_period_changes_nothing_in_it(client, phase):
    client.force_login(LeadFactory())
    before = doors(client, phase)

    june = datetime(2025, 6, 2, tzinfo=BERLIN)
    here = PhaseVisit.objects.filter(phase=phase)
    here.filter(left_at__gte=june).update(left_at=june)
    PhaseVisitFactory(phase=phase, entered_at=june, left_at=june + timedelta(hours=1))

    assert doors(client, phase) == before


def test_a_running_month_knows_what_is_over_by_now():
    phase = PhaseFactory()
    now = datetime(2025, 5, 16, 12, tzinfo=BERLIN)
    for days, is_over in ((3, True), (8, True), (10, False)):
        entered = now - timedelta(days=days)
        # Who is to leave tomorrow has not left.
        left = now if is_over else now + timedelta(days=1)
        left -= timedelta(hours=12)
        PhaseVisitFactory(phase=phase, entered_at=entered, left_at=left)

    month = month_of(now.date(), at=now)
    parts = KPIS["phase_days"].parts(Scope(month, phase=phase, at=now))

    assert (parts.value, parts.n) == (7.5, 3)


@pytest.mark.parametrize("key", ["entered_phase", "phase_conversion", "phase_days"])
def test_the_page_of_a_figure_by_phase_lets_one_choose_the_phase(client, phase, key):
    client.force_login(RepFactory())
    url = reverse("insights:figure", args=[key])

    page = client.get(url).content.decode()
    chosen = client.get(url, {"phase": phase.pk} | MONTH)

    option = f'<option value="{phase.pk}"'
    assert "choose one" in page
    assert f'<optgroup label="{phase.journey}">{option}>{phase}</option>' in page
    assert f"{option} selected>" in chosen.content.decode()
    assert chosen.context["figure"].value is not None


def test_where_nobody_can_move_on_there_is_no_share_of_those_who_did(client, phase):
    journey = phase.journey
    lost = PhaseFactory(journey=journey, position=3, outcome=Phase.Outcome.LOST)
    last = journey.phases.get(position=2)
    client.force_login(LeadFactory())

    page = client.get(
        reverse("insights:figures"), {"journey": journey.pk, "period": "2025-06"}
    )

    assert page.context["ends"] == {last.pk, lost.pk}
    moved = next(f for row, f in page.context["phases"] if row == last)[1]
    assert moved.parts.denominator > 0
    assert escape(moved.part_url) not in page.content.decode()


def test_what_is_of_this_moment_says_so_beside_a_past_period(client):
    client.force_login(LeadFactory())

    page = client.get(reverse("insights:figures"), MONTH)

    lines = [line for part in page.context["sections"] for line in part.lines]
    now = {line.figure.key for line in lines if line.is_of_now}
    assert now == {"ready_now", "pipeline_value", "forecast"}
    assert page.content.decode().count("as of now") == len(now)


def test_a_phase_that_has_left_the_plan_is_offered_where_there_is_something_of_it(
    phase, client
):
    """It has a closed month, or somebody was in it in the period."""
    viewer = LeadFactory()
    client.force_login(viewer)
    never = PhaseFactory(journey=phase.journey, name="Never", position=3)
    Phase.objects.filter(pk__in=[phase.pk, never.pk]).update(retired_at=END)

    def offered(period):
        url = reverse("insights:figure", args=["entered_phase"])
        page = client.get(url, {"period": period})
        return page.context["phases"], page.content.decode()

    in_may, text = offered("2025-05")
    long_after, _text = offered("2026-02")
    KpiMonth.objects.create(
        kpi="entered_phase", scope=f"phase:{phase.pk}", month=END.date()
    )
    closed, _text = offered("2026-02")

    current = phase.journey.phases.get()
    assert (in_may, long_after, closed) == (
        [current, phase],
        [current],
        [current, phase],
    )
    assert f"{phase.name} (no longer there)" in text
    url = reverse("insights:figure", args=["entered_phase"])
    chosen = client.get(url, MONTH | {"phase": phase.pk})
    assert chosen.context["figure"].value == len(STAYS)
    listed = client.get(chosen.context["figure"].url)
    assert phase.name in listed.content.decode()
