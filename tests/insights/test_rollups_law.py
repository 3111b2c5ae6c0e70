"""The law of rollups: whatever happens in whatever order, what was counted is what is.

And whoever looks in between, counted or not, sees what there is.
"""

from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contacts.models import Contact, Merge
from contacts.services.contacts import delete_contacts
from contacts.services.merging import merge_contacts, undo_merge
from insights.models import RollupMark
from insights.selectors.distribution import new_contacts_by_channel
from insights.selectors.periods import from_days
from insights.selectors.touches import touches
from insights.services.rollup_checks import differences
from insights.services.rollups import recount, roll_up
from journeys.models import Interaction, Phase
from journeys.services.tracking import Report, track_interactions
from leadhub.errors import DomainError
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import (
    InteractionFactory,
    JourneyFactory,
    MeasureFactory,
    PhaseFactory,
    PhaseVisitFactory,
)
from tests.insights import test_passages as passages
from tests.insights.test_rollups import assert_right, first_measures, origins

# Around midnight and a change of the clocks.
START = datetime(2026, 3, 28, 22, tzinfo=ZoneInfo("Europe/Berlin"))
NOW = START + timedelta(days=5)
PERIOD = from_days(START.date(), NOW.date())
CHANNELS = ["email", "social", "event", "partner"]
_numbers = count()
# The same examples each time; more with another number here.
LAW = settings(max_examples=20, deadline=None, derandomize=True)

hours = st.integers(0, 100)
who = st.integers(0, 3)
steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("track"), who, hours, st.sampled_from(CHANNELS), st.booleans()
        ),
        st.tuples(st.just("relabel"), who),
        st.tuples(st.just("enter"), who, hours, st.integers(0, 2)),
        st.tuples(st.just("touch"), who, hours, st.integers(0, 1)),
        st.tuples(st.just("reorder"), st.integers(0, 2), st.integers(4, 9)),
        st.tuples(st.just("redate"), who, hours),
        st.tuples(st.just("merge"), who, who),
        st.tuples(st.just("undo")),
        st.tuples(st.just("delete"), who),
        st.tuples(st.just("roll_up")),
        st.tuples(st.just("recount")),
    ),
    max_size=14,
)


class World:
    """Four people, and what happens to them."""

    def __init__(self) -> None:
        self.ids = [ContactFactory(created_at=START).pk for _n in range(4)]
        self.journey = JourneyFactory()
        self.phases = [PhaseFactory(journey=self.journey, position=n) for n in range(3)]
        self.measures = [MeasureFactory(phase=phase) for phase in self.phases[:2]]

    def contact(self, place):
        return Contact.everyone.filter(pk=self.ids[place]).first()

    def track(self, place, hour, channel, is_machine):
        contact = self.contact(place)
        if contact is None:
            return
        report = Report(
            contact=contact,
            kind="page_view",
            source="law",
            event_id=str(next(_numbers)),
            occurred_at=START + timedelta(hours=hour),
            channel=channel,
            is_machine=is_machine,
        )
        track_interactions(reports=[report], at=NOW)

    def relabel(self, place):
        row = Interaction.objects.filter(contact=self.ids[place]).order_by("pk").first()
        if row is not None:
            row.is_machine = not row.is_machine
            Interaction.objects.bulk_update([row], ["is_machine"])

    def enter(self, place, hour, phase):
        contact = self.contact(place)
        if contact is not None:
            at = START + timedelta(hours=hour)
            PhaseVisitFactory(
                contact=contact, phase=self.phases[phase], entered_at=at, left_at=at
            )

    def touch(self, place, hour, measure):
        contact = self.contact(place)
        if contact is not None:
            InteractionFactory(
                contact=contact,
                measure=self.measures[measure],
                occurred_at=START + timedelta(hours=hour),
            )

    def reorder(self, phase, position):
        taken = Phase.objects.exclude(pk=self.phases[phase].pk)
        if position not in taken.values_list("position", flat=True):
            Phase.objects.filter(pk=self.phases[phase].pk).update(position=position)

    def redate(self, place, hour):
        created_at = START + timedelta(hours=hour)
        Contact.everyone.filter(pk=self.ids[place]).update(created_at=created_at)

    def merge(self, place, other):
        keep, gone = self.contact(place), self.contact(other)
        if keep and gone:
            with suppress(DomainError):
                merge_contacts(keep=keep, merge=gone, by=None, at=NOW, source="law")

    def undo(self):
        merge = Merge.objects.order_by("-pk").first()
        if merge is not None:
            with suppress(DomainError):
                undo_merge(merge=merge, by=None, at=NOW)

    def delete(self, place):
        delete_contacts(contact_ids=[self.ids[place]], by=None)

    def roll_up(self):
        roll_up(at=NOW)

    def recount(self):
        recount(at=NOW)


def by_hand():
    """Touches by channel; new contacts by week and the channel of their first touch."""
    rows = list(Interaction.objects.order_by("occurred_at", "pk"))
    people = [row for row in rows if not row.is_machine]
    first = {}
    for row in people:
        first.setdefault(row.contact_id, row.channel)
    new = Counter(
        (_week(row.created_at), first.get(row.pk, "")) for row in Contact.objects.all()
    )
    return Counter(row.channel for row in people), new


def _week(moment):
    day = timezone.localtime(moment).date()
    return day - timedelta(days=day.weekday())


def as_shown():
    weeks, series = new_contacts_by_channel(PERIOD)
    new = Counter(
        {
            (week, channel): n
            for channel, counts in series.items()
            for week, n in zip(weeks, counts, strict=True)
        }
    )
    return touches(PERIOD, "channel"), +new


class Law(TestCase):
    @LAW
    @given(steps)
    def test_what_was_counted_is_what_there_is(self, done):
        timezone.deactivate()
        world = World()
        for name, *values in done:
            getattr(world, name)(*values)
            self.look(world)
        roll_up(at=NOW)

        assert not RollupMark.objects.exists()
        assert_right()
        assert list(differences(at=NOW)) == []
        self.look(world)

    def look(self, world):
        shown, new = as_shown()
        expected, came = by_hand()
        assert +shown == +expected
        assert origins() == first_measures()
        assert new.total() == came.total()
        for (week, channel), contacts in new.items():
            if channel != "other":
                assert contacts == came[week, channel]
        passages.assert_right(world.journey, world.measures, PERIOD)
