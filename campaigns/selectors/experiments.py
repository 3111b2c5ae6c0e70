"""How variants and the hold-out group of a sequence have done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.conversions import conversions_of
from campaigns.experiments import Arm, difference_interval
from campaigns.models import (
    Enrollment,
    EnrollmentEvent,
    Sequence,
    SequenceEvent,
    SequenceVersion,
    Step,
)
from campaigns.selectors.results import acts_in
from campaigns.selectors.sequences import plan_of
from campaigns.steps.branches import BY_GOAL
from contacts.conditions.evaluation import contacts_matching
from contacts.models import Contact
from journeys.models.interaction import Kind

# So long after entering a handoff still counts for the comparison.
WINDOW = timedelta(days=30)
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """Those who got mails beside those who were held out; None of a rate: nobody."""

    treated: Arm
    held_out: Arm
    # Of the difference of the rates, with 95 %.
    low: float
    high: float

    @property
    def difference(self) -> float:
        return (self.treated.rate or 0.0) - (self.held_out.rate or 0.0)

    @property
    def is_sure(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class SplitFigures:
    """A split, its variants, and the winner's name if there is one."""

    step: Step
    arms: list[tuple[str, Arm]]
    winner: str


def arms_of(sequence: Sequence, step: Step, *, at: datetime) -> dict[str, Arm]:
    """Of each variant of a split who came into it by chance, and for how many of them
    what decides came true within its days.

    Only those count whose days are over: their outcome does not change any more, and
    one look differs from the next by whole contacts. Over all versions of the step.
    """
    settings = step.settings
    days = timedelta(days=settings.get("days", 3))
    arms = {variant["name"]: [0, 0] for variant in settings["variants"]}
    came = EnrollmentEvent.objects.filter(
        step__version__sequence=sequence,
        step__key=step.key,
        kind=EnrollmentEvent.Kind.DID,
        note__in=arms,
        at__lte=min(at - days, _decided_at(sequence, step) or at),
    )
    rows = list(came.values_list("enrollment", "note", "at"))
    since = {pk: moment for pk, _name, moment in rows}
    if settings.get("by") == BY_GOAL:
        reached = _reached(sequence, since, days)
    else:
        reached = _clicked(sequence, since, days)
    for pk, name, _moment in rows:
        arms[name][0] += 1
        arms[name][1] += pk in reached
    return {name: Arm(*counts) for name, counts in arms.items()}


def splits_of(
    sequence: Sequence, version: SequenceVersion | None, *, at: datetime
) -> list[SplitFigures]:
    """The splits of a version with how their variants have done, in reading order."""
    return [
        SplitFigures(
            step=step,
            arms=list(arms_of(sequence, step, at=at).items()),
            winner=step.settings.get("winner", ""),
        )
        for step, _depth in plan_of(version).in_order()
        if step.kind == Step.Kind.SPLIT
    ]


def comparison_of(sequence: Sequence, *, at: datetime) -> Comparison | None:
    """Whether mails bring more than none do; None without a hold-out group.

    For both groups alike: the goal holds now, or the contact was handed to sales within
    30 days of entering. Of each contact the first run counts, and only those that have
    had the 30 days.
    """
    if not sequence.hold_out:
        return None
    runs = Enrollment.objects.filter(sequence=sequence, entered_at__lte=at - WINDOW)
    entered: dict[int, tuple[datetime, bool]] = {}
    for pk, moment, end in runs.order_by("entered_at", "pk").values_list(
        "contact", "entered_at", "end"
    ):
        entered.setdefault(pk, (moment, end == Enrollment.End.HELD_OUT))
    counts = {True: [0, 0], False: [0, 0]}
    for ids in _chunks(list(entered)):
        converted = _at_goal(sequence, ids, at=at)
        for pk, moments in conversions_of(ids).items():
            began = entered[pk][0]
            if any(began <= moment <= began + WINDOW for moment in moments):
                converted.add(pk)
        for pk in ids:
            group = counts[entered[pk][1]]
            group[0] += 1
            group[1] += pk in converted
    treated, held_out = Arm(*counts[False]), Arm(*counts[True])
    return Comparison(treated, held_out, *difference_interval(treated, held_out))


def _decided_at(sequence: Sequence, step: Step) -> datetime | None:
    """Since when all take the winner: who comes later was not drawn."""
    events = SequenceEvent.objects.filter(
        sequence=sequence, kind=SequenceEvent.Kind.WINNER, facts__step=step.key
    )
    return events.order_by("-at").values_list("at", flat=True).first()


def _clicked(
    sequence: Sequence, since: dict[int, datetime], days: timedelta
) -> set[int]:
    steps = Step.objects.filter(version__sequence=sequence).values_list("pk", flat=True)
    return {
        act.enrollment
        for act in acts_in(steps)
        if act.kind == Kind.EMAIL_CLICK
        and not act.is_machine
        and (began := since.get(act.enrollment)) is not None
        and began <= act.at <= began + days
    }


def _reached(
    sequence: Sequence, since: dict[int, datetime], days: timedelta
) -> set[int]:
    runs = Enrollment.objects.filter(sequence=sequence, end=Enrollment.End.GOAL)
    ended = runs.values_list("pk", "ended_at")
    return {pk for pk, at in ended if pk in since and at <= since[pk] + days}


def _at_goal(sequence: Sequence, ids: list[int], *, at: datetime) -> set[int]:
    if not sequence.goal:
        return set()
    contacts = Contact.objects.filter(pk__in=ids)
    found = contacts_matching(contacts, sequence.goal, at=at)
    return set(found.values_list("pk", flat=True))


def _chunks(ids: list[int]) -> list[list[int]]:
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
