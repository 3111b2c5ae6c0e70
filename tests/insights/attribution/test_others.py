"""What the database counts of those who did not convert is what their ways say."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from django.core.cache import cache
from django.utils import timezone

from insights.attribution.markov import Chain, TooManyStates, chain_of
from insights.attribution.paths import Path
from insights.selectors.attribution import others
from insights.selectors.attribution.conversions import CONVERSIONS
from insights.selectors.attribution.dimensions import DIMENSIONS
from insights.selectors.attribution.others import chain_of_others
from insights.selectors.attribution.touches import touches, visits
from insights.selectors.periods import last_days
from journeys.models import Interaction
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory, MeasureFactory
from tests.insights.attribution.ways import accepted, ago, went

pytestmark = pytest.mark.django_db
KIND = CONVERSIONS["handoff_accepted"]
WINDOW = 3


def chain(by="channel", order=1):
    period = last_days(10, at=timezone.now())
    return chain_of_others(
        KIND, period, by=DIMENSIONS[by], window_days=WINDOW, order=order
    )


def way_by_way(by="channel", order=1):
    """The same without the database's help, from each contact's touches."""
    period, window = last_days(10, at=timezone.now()), timedelta(days=WINDOW)
    rows = touches().exclude(contact__in=KIND.contacts(period))
    ways = Counter()
    for pk in set(rows.values_list("contact", flat=True)):
        theirs = list(DIMENSIONS[by].rows(rows.filter(contact=pk)))
        if theirs and theirs[-1][1] >= period.since:
            end = theirs[-1][1]
            inside = [row for row in theirs if end - window <= row[1]]
            [(_pk, (keys, _moments))] = visits(inside)
            ways[tuple(keys)] += 1
    return chain_of((Path(way, nulls=n) for way, n in ways.items()), order=order)


def told(found):
    states = {number: state for state, number in found.numbers.items()}
    return (
        {states[i]: n for i, n in found.starts.items() if n},
        {states[i]: n for i, n in found.visits.items()},
        {
            (states[i], states[j]): n
            for i, row in found.steps.items()
            for j, n in row.items()
        },
        found.walks,
    )


def go_about(seed):
    """Contacts who come again after minutes, hours, or days."""
    random = Random(seed)
    measures = MeasureFactory.create_batch(3)
    for contact in ContactFactory.create_batch(12):
        at = ago(random.choice([0, 1, 2, 9, 20]))
        rows = []
        for number in range(random.choice([0, 1, 2, 6, 9])):
            wait = random.choice([0, 7, 29, 30, 30, 31, 400, WINDOW * 1440, 5_000])
            at -= timedelta(minutes=wait)
            rows.append(
                Interaction(
                    contact=contact,
                    kind=random.choice(["page_view", "form_submit", "email_open"]),
                    channel=random.choice(["website", "email", "event"]),
                    measure=random.choice([None, *measures]),
                    source="test",
                    event_id=f"{contact.pk}-{number}",
                    occurred_at=at,
                    is_machine=random.random() < 0.1,
                )
            )
        Interaction.objects.bulk_create(rows)
    accepted(contact)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("by", ["channel", "measure"])
def test_steps_counted_by_the_database_are_those_of_each_contacts_way(by, order):
    for seed in range(4):
        go_about(seed)
        cache.clear()

        found = chain(by, order)

        assert told(found) == told(way_by_way(by, order))
        assert told(Chain.from_data(found.as_data())) == told(found)


def test_touches_half_an_hour_apart_are_one_visit_and_a_moment_later_two():
    contact = ContactFactory()
    for minutes, seconds in ((0, 0), (30, 0), (60, 0), (90, 1)):
        at = ago(1) + timedelta(minutes=minutes, seconds=seconds)
        InteractionFactory(contact=contact, channel="website", occurred_at=at)

    starts, visits_of, _steps, walks = told(chain())

    assert (starts, walks) == ({("website",): 1}, 1)
    assert visits_of == {("website",): 2}


def test_a_chain_of_too_many_states_is_neither_built_nor_kept(monkeypatch):
    monkeypatch.setattr(others, "MOST_STATES", 2)
    monkeypatch.setattr(others, "MOST_STEPS", 3)
    for channel in ("website", "email", "event", "social", "phone"):
        went((channel, 1))

    for _again in range(2):
        with pytest.raises(TooManyStates) as error:
            chain()
        assert 3 <= error.value.states <= 4
