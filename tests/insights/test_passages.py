"""Ways and touches on journeys, counted beforehand or not, against a count by hand."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from insights.models import EnteredPhase, MeasureTouch, RollupMark
from insights.selectors.passages import Moved, Passages, miscounted
from insights.selectors.periods import from_days
from insights.services.rollups import recount, roll_up
from journeys.models import Interaction, Phase, PhaseVisit
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import (
    InteractionFactory,
    JourneyFactory,
    MeasureFactory,
    PhaseFactory,
    PhaseVisitFactory,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
PERIOD = from_days(NOON.date(), NOON.date() + timedelta(days=3))


def ways_by_hand(journey, period):
    found = Counter()
    for contact in Contact.objects.all():
        visits = PhaseVisit.objects.filter(
            contact=contact,
            phase__journey=journey,
            phase__retired_at=None,
            entered_at__lt=period.until,
        ).order_by("entered_at", "pk")
        if any(visit.entered_at >= period.since for visit in visits):
            found[tuple(visit.phase_id for visit in visits)] += 1
    return found


def touched_by_hand(measure, period):
    rows = Interaction.objects.filter(
        measure=measure,
        is_machine=False,
        occurred_at__gte=period.since,
        occurred_at__lt=period.until,
        contact__merged_into=None,
    ).exclude(contact=None)
    moved = {
        row.contact_id
        for row in rows
        if PhaseVisit.objects.filter(
            contact=row.contact_id,
            phase__journey=measure.phase.journey_id,
            phase__retired_at=None,
            phase__position__gt=measure.phase.position,
            entered_at__gte=row.occurred_at,
            entered_at__lt=period.until,
        ).exclude(phase__outcome="lost")
    }
    return Moved(len({row.contact_id for row in rows}), len(moved))


def assert_right(journey, measures, period=PERIOD):
    passages = Passages(journey)
    assert passages.ways(period) == ways_by_hand(journey, period)
    found = passages.touched(period)
    for measure in measures:
        measure.phase.refresh_from_db()
        assert found[measure.pk] == touched_by_hand(measure, period)


@pytest.fixture
def story():
    """A journey with measures, eight contacts, and what happened to each, at random."""
    random, journey = Random(3), JourneyFactory()
    phases = [PhaseFactory(journey=journey, position=n) for n in (1, 2, 3, 5)]
    phases.append(PhaseFactory(journey=journey, position=7, outcome="lost"))
    measures = [MeasureFactory(phase=phase) for phase in phases[:3]]
    for contact in ContactFactory.create_batch(8):
        for _step in range(random.randrange(1, 7)):
            # Few moments, so that some are the same.
            at = NOON + timedelta(days=random.randrange(-6, 6))
            PhaseVisitFactory(
                contact=contact, phase=random.choice(phases), entered_at=at, left_at=at
            )
            InteractionFactory(
                contact=contact,
                measure=random.choice(measures),
                occurred_at=NOON + timedelta(days=random.randrange(-6, 6)),
                is_machine=random.random() < 0.2,
            )
    return journey, phases, measures


def swap_phases(phases, measures):
    Phase.objects.filter(pk=phases[3].pk).update(position=9)
    Phase.objects.filter(pk=phases[0].pk).update(position=8)


def retire_a_phase(phases, measures):
    Phase.objects.filter(pk=phases[2].pk).update(retired_at=NOON)


def lose_where_one_won(phases, measures):
    Phase.objects.filter(pk=phases[4].pk).update(outcome="")


def give_a_measure_to_another_phase(phases, measures):
    measures[0].phase = phases[2]
    measures[0].save()


def drop_a_measure(phases, measures):
    measures.pop().delete()


def merge(phases, measures):
    first, second, *_rest = Contact.objects.order_by("pk")
    Contact.objects.filter(pk=second.pk).update(merged_into=first)


def move_stays_to_another(phases, measures):
    first, second, *_rest = Contact.objects.order_by("pk")
    PhaseVisit.objects.filter(contact=second).update(contact=first)


def move_an_hour(phases, measures):
    for visit in PhaseVisit.objects.all():
        visit.entered_at -= timedelta(hours=13)
        visit.save()


def delete_somebody(phases, measures):
    Contact.objects.order_by("pk").first().delete()


def take_a_stay_back(phases, measures):
    PhaseVisit.objects.order_by("pk").first().delete()


CHANGES = [
    swap_phases,
    retire_a_phase,
    lose_where_one_won,
    give_a_measure_to_another_phase,
    drop_a_measure,
    merge,
    move_stays_to_another,
    move_an_hour,
    delete_somebody,
    take_a_stay_back,
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("is_counted", [False, True])
def test_it_is_what_one_would_count_by_hand_whatever_changes(story, change, is_counted):
    journey, phases, measures = story
    if is_counted:
        roll_up(at=NOON)
    assert_right(journey, measures)

    change(phases, measures)
    assert_right(journey, measures)  # marked, not yet counted

    roll_up(at=NOON)
    assert not RollupMark.objects.exists()
    assert_right(journey, measures)
    assert miscounted(Contact.everyone.values_list("pk", flat=True)) == {}


def test_who_leaves_or_waits_is_not_counted_anew(story):
    roll_up(at=NOON)

    PhaseVisit.objects.update(left_at=NOON, reason="It was time")
    Phase.objects.update(target_days=3)

    assert not RollupMark.objects.exists()


def test_it_reads_what_was_counted_and_not_the_stays(story):
    journey, _phases, _measures = story
    roll_up(at=NOON)
    passages = Passages(journey)

    with CaptureQueriesContext(connection) as found:
        passages.entered(PERIOD, PERIOD.before())
        passages.ways(PERIOD)
        passages.touched(PERIOD)

    asked = " ".join(query["sql"] for query in found)
    assert "journeys_phasevisit" not in asked
    assert "journeys_interaction" not in asked


def test_rows_of_nobody_go_with_a_full_count(story):
    roll_up(at=NOON)
    EnteredPhase.objects.create(contact_id=0, phase_id=1, at=NOON, way="1")
    MeasureTouch.objects.create(contact_id=0, measure_id=1, at=NOON)

    recount(at=NOON)

    assert not EnteredPhase.objects.filter(contact_id=0).exists()
    assert not MeasureTouch.objects.filter(contact_id=0).exists()
