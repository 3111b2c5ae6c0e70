"""Sequences with what becomes of those who enter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count

from campaigns.models import Enrollment, EnrollmentEvent, Sequence, SequenceVersion
from campaigns.steps.plan import Plan
from contacts.models import Contact


@dataclass(slots=True)
class Counts:
    """Runs of one sequence: under way, at which step's key, and how others ended."""

    active: int = 0
    finished: int = 0
    stopped: int = 0
    held_out: int = 0
    ends: dict[str, int] = field(default_factory=dict)

    @property
    def entered(self) -> int:
        return self.active + self.finished + self.stopped + self.held_out


def counts_of(sequences: Iterable[Sequence]) -> dict[int, Counts]:
    """By the number of the sequence, in one query."""
    ids = [sequence.pk for sequence in sequences]
    found: dict[int, Counts] = defaultdict(Counts)
    rows = Enrollment.objects.filter(sequence__in=ids).order_by()
    for pk, state, end, count in rows.values_list("sequence", "state", "end").annotate(
        count=Count("pk")
    ):
        counts = found[pk]
        if end == Enrollment.End.HELD_OUT:
            counts.held_out += count
        else:
            setattr(counts, state, getattr(counts, state) + count)
        if end:
            counts.ends[end] = count
    return found


def latest_versions(sequences: Iterable[Sequence]) -> dict[int, SequenceVersion]:
    """The draft of each, else what is published last; with its steps, two queries."""
    ids = [sequence.pk for sequence in sequences]
    versions = SequenceVersion.objects.filter(sequence__in=ids).order_by("number")
    return {row.sequence_id: row for row in versions.prefetch_related("steps")}


def plan_of(version: SequenceVersion | None) -> Plan:
    return Plan(version.steps.all() if version else [])


def waiting_at(sequence: Sequence) -> dict[str, int]:
    """How many are at a step now, by the key of the step, over all versions."""
    rows = Enrollment.objects.active().filter(sequence=sequence, step__isnull=False)
    counted = rows.order_by().values_list("step__key").annotate(count=Count("pk"))
    return dict(counted)


def taken_at(sequence: Sequence) -> dict[str, dict[str, int]]:
    """Key of a step -> note of what was done (a branch, a variant) -> how often."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    rows = EnrollmentEvent.objects.filter(
        step__version__sequence=sequence, kind=EnrollmentEvent.Kind.DID
    )
    counted = rows.order_by().values_list("step__key", "note")
    for key, note, count in counted.annotate(count=Count("pk")):
        found[key][note] = count
    return found


def runs_of(contact: Contact) -> list[Enrollment]:
    """A contact's runs, the latest first, for its page."""
    rows = Enrollment.objects.filter(contact=contact)
    return list(
        rows.select_related("sequence", "step").order_by("-entered_at", "-pk")[:20]
    )
