"""How far contacts come, counted beforehand or not, against a count one by one."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from insights.selectors.funnel import funnel
from insights.selectors.periods import from_days
from insights.services.rollups import roll_up
from journeys.models import PhaseVisit
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import PhaseFactory, PhaseVisitFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def by_hand(phase, period):
    """(contacts who entered in the period, those of them who moved on)."""
    visits = list(PhaseVisit.objects.filter(phase__journey=phase.journey))
    entered, moved = set(), set()
    for visit in visits:
        is_in = period.since <= visit.entered_at < period.until
        if visit.phase_id != phase.pk or not is_in:
            continue
        entered.add(visit.contact_id)
        if any(
            later.contact_id == visit.contact_id
            and later.phase.position > phase.position
            and visit.entered_at <= later.entered_at < period.until
            and later.phase.outcome != "lost"
            for later in visits
        ):
            moved.add(visit.contact_id)
    return len(entered), len(moved)


@pytest.mark.parametrize("counted_after", [None, 4, 8])
@pytest.mark.parametrize("seed", range(4))
def test_it_is_what_one_would_count_by_hand(seed, counted_after):
    random = Random(seed)
    first = PhaseFactory(position=1)
    phases = [first] + [
        PhaseFactory(journey=first.journey, position=n) for n in (2, 3, 5)
    ]
    phases.append(PhaseFactory(journey=first.journey, position=7, outcome="lost"))
    elsewhere = PhaseFactory(position=9)
    for number, contact in enumerate(ContactFactory.create_batch(8), start=1):
        for _visit in range(random.randrange(1, 6)):
            # Few moments, so that some are the same.
            entered = NOON + timedelta(days=random.randrange(-8, 8))
            PhaseVisitFactory(
                contact=contact,
                phase=random.choice([*phases, elsewhere]),
                entered_at=entered,
                left_at=entered + timedelta(hours=1),
            )
        if number == counted_after:
            roll_up(at=NOON)
    period = from_days(NOON.date(), NOON.date() + timedelta(days=3))

    steps = funnel(first.journey, period)

    found = [(step.entered, step.moved_on) for step in steps]
    assert found == [by_hand(phase, period) for phase in phases]
