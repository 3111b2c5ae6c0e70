"""Contacts on a journey: how many came into a phase, moved on, and by which way.

From what is counted beforehand; of contacts about whom something is marked, from their
stays and interactions themselves.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet

from contacts.models import Contact
from insights.models import EnteredPhase, MeasureTouch
from insights.passages import Entry, Place, Touch, entries, touches, way_of
from insights.selectors.periods import Period
from insights.selectors.rollups import (
    all_contacts,
    is_complete,
    marked_contacts,
    portions,
)
from insights.ways import Way
from journeys.models import Interaction, Journey, Measure, Phase, PhaseVisit

Steps = tuple[list[Entry], list[Touch]]
Step = Entry | Touch
Pair = tuple[int, datetime]


class Moved(NamedTuple):
    """Contacts of a phase or a measure, and those of them who came further in time."""

    contacts: int = 0
    moved_on: int = 0


class Passages:
    """All that happened to contacts on one journey, as it is at this moment.

    Who was merged into another is left out, and phases that are not of the plan any more.
    """

    def __init__(self, journey: Journey) -> None:
        self.phases = set(
            Phase.objects.filter(journey=journey).values_list("pk", flat=True)
        )
        measures = Measure.objects.filter(phase__journey=journey)
        self.measures = set(measures.values_list("pk", flat=True))
        self.is_complete = is_complete()

    def entered(self, *periods: Period) -> list[dict[int, Moved]]:
        """Phase -> who entered it in each period, and who of them moved on in it."""
        rows = self._counted(EnteredPhase).filter(
            phase_id__in=self.phases,
            at__gte=min(period.since for period in periods),
            at__lt=max(period.until for period in periods),
        )
        return _moved(rows, "phase_id", self._as_it_is[0], periods)

    def touched(self, period: Period) -> dict[int, Moved]:
        """Measure -> whom it touched in the period, and who of them moved on in it."""
        rows = self._counted(MeasureTouch).filter(
            measure_id__in=self.measures, at__gte=period.since, at__lt=period.until
        )
        [found] = _moved(rows, "measure_id", self._as_it_is[1], [period])
        return found

    def ways(self, period: Period) -> Counter[Way]:
        """Ways of the contacts who entered any phase in the period, up to its end.

        They are told from the first stay on, also if that was before the period.
        """
        since, until = period.since, period.until
        is_last = Q(next_at=None) | Q(next_at__gte=until)
        rows = self._counted(EnteredPhase).filter(
            is_last, phase_id__in=self.phases, at__gte=since, at__lt=until
        )
        found = Counter(dict(rows.values_list("way").annotate(Count("pk"))))
        for entry in self._as_it_is[0]:
            ends = entry.next_at is None or entry.next_at >= until
            if since <= entry.at < until and ends:
                found[entry.way] += 1
        return Counter({way_of(way): count for way, count in found.items()})

    def _counted(self, model: type[EnteredPhase | MeasureTouch]) -> QuerySet[Any]:
        """The steps of all others."""
        if not self.is_complete:
            return model._default_manager.none()
        rows = model._default_manager.exclude(contact_id__in=marked_contacts())
        return rows.exclude(contact_id__in=Contact.everyone.merged().values("pk"))

    @cached_property
    def _as_it_is(self) -> Steps:
        """Of the contacts who are marked; of all if nothing was counted yet."""
        ids = (
            portions(sorted(marked_contacts().distinct()))
            if self.is_complete
            else all_contacts()
        )
        merged = set(Contact.everyone.merged().values_list("pk", flat=True))
        steps = [
            theirs
            for portion in ids
            for contact, theirs in steps_of(portion).items()
            if contact not in merged
        ]
        return (
            [
                step
                for entered, _ in steps
                for step in entered
                if step.phase_id in self.phases
            ],
            [
                step
                for _, touched in steps
                for step in touched
                if step.measure_id in self.measures
            ],
        )


def steps_of(ids: Collection[int]) -> dict[int, Steps]:
    """Contact -> all steps on all journeys, from the facts; those who have any."""
    phases = {phase.pk: phase for phase in Phase.ever.all()}
    places = {
        phase.pk: Place(phase.position, phase.outcome != Phase.Outcome.LOST)
        for phase in phases.values()
        if phase.retired_at is None
    }
    phase_of = dict(Measure.objects.values_list("pk", "phase"))
    positions = {pk: phases[phase].position for pk, phase in phase_of.items()}
    stays: dict[tuple[int, int], list[Pair]] = defaultdict(list)
    touched: dict[tuple[int, int], list[Pair]] = defaultdict(list)
    for contact, phase, at in _stays(ids):
        if phase in places:
            stays[contact, phases[phase].journey_id].append((phase, at))
    for contact, measure, at in _touches(ids):
        if measure in phase_of:
            journey = phases[phase_of[measure]].journey_id
            touched[contact, journey].append((measure, at))
    found: dict[int, Steps] = defaultdict(lambda: ([], []))
    for way in stays.keys() | touched.keys():
        steps = found[way[0]]
        steps[0].extend(entries(stays[way], places))
        steps[1].extend(touches(touched[way], positions, stays[way], places))
    return dict(found)


def steps_counted(ids: Collection[int]) -> dict[int, Steps]:
    """The same as it was counted beforehand."""
    found: dict[int, Steps] = defaultdict(lambda: ([], []))
    entered = EnteredPhase.objects.filter(contact_id__in=ids)
    for contact, *values in entered.values_list("contact_id", *Entry._fields):
        found[contact][0].append(Entry(*values))
    touched = MeasureTouch.objects.filter(contact_id__in=ids)
    for contact, *values in touched.values_list("contact_id", *Touch._fields):
        found[contact][1].append(Touch(*values))
    return dict(found)


def miscounted(ids: Collection[int]) -> dict[int, Steps]:
    """Contact -> steps as they are, of those of whom other ones were counted."""
    there, counted = steps_of(ids), steps_counted(ids)
    nothing: Steps = ([], [])
    return {
        contact: there.get(contact, nothing)
        for contact in there.keys() | counted.keys()
        if any(
            Counter(are) != Counter(were)
            for are, were in zip(
                there.get(contact, nothing), counted.get(contact, nothing), strict=True
            )
        )
    }


def _stays(ids: Collection[int]) -> QuerySet[PhaseVisit, Any]:
    rows = PhaseVisit.objects.filter(contact__in=ids)
    rows = rows.order_by("contact", "entered_at", "pk")
    return rows.values_list("contact", "phase", "entered_at")


def _touches(ids: Collection[int]) -> QuerySet[Interaction, Any]:
    rows = Interaction.objects.by_people().filter(contact__in=ids)
    rows = rows.exclude(measure=None).order_by("contact", "occurred_at", "pk")
    return rows.values_list("contact", "measure", "occurred_at")


def _moved(
    rows: QuerySet[Any],
    key: str,
    as_they_are: Iterable[Step],
    periods: Sequence[Period],
) -> list[dict[int, Moved]]:
    """By key, for each period: of each contact the first step in it.

    If that one did not lead on within the period, no later one did.
    """
    # Of all that is named here the indexes know, so that no row is read.
    counts: dict[str, Count] = {}
    for number, period in enumerate(periods):
        is_first = Q(at__gte=period.since, at__lt=period.until)
        is_first &= Q(before_at=None) | Q(before_at__lt=period.since)
        counts[f"contacts_{number}"] = Count("at", filter=is_first)
        has_moved = is_first & Q(moved_on_at__lt=period.until)
        counts[f"moved_on_{number}"] = Count("at", filter=has_moved)
    found: list[dict[int, Moved]] = [defaultdict(Moved) for _period in periods]
    for row in rows.values(key).annotate(**counts):
        for number, moved in enumerate(found):
            moved[row[key]] = Moved(
                row[f"contacts_{number}"], row[f"moved_on_{number}"]
            )
    for step in as_they_are:
        for period, moved in zip(periods, found, strict=True):
            if _is_first(step, period):
                contacts, moved_on = moved[step[0]]
                onward = (
                    step.moved_on_at is not None and step.moved_on_at < period.until
                )
                moved[step[0]] = Moved(contacts + 1, moved_on + onward)
    return found


def _is_first(step: Step, period: Period) -> bool:
    if not period.since <= step.at < period.until:
        return False
    return step.before_at is None or step.before_at < period.since
