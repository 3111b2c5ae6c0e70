"""Sequences with what becomes of those who enter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils.translation import gettext as _

from campaigns.models import (
    Enrollment,
    EnrollmentEvent,
    Form,
    Sequence,
    SequenceVersion,
)
from campaigns.steps.plan import Plan
from contacts.models import Contact, Segment
from journeys.conditions import describe_when
from journeys.models import Phase


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

    def ends_in_words(self) -> list[tuple[str, str, int]]:
        """Value, label and count of each way in which runs ended, most first."""
        labels = dict(Enrollment.End.choices)
        by_count = sorted(self.ends.items(), key=lambda end: (-end[1], end[0]))
        return [(value, str(labels[value]), count) for value, count in by_count]


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


def entries_of(sequences: Iterable[Sequence]) -> dict[int, str]:
    """Who enters each, in words; at most one query for each kind of trigger."""
    found = {}
    models = {"segment": Segment, "form": Form, "phase": Phase}
    wanted: dict[str, dict[int, int]] = {name: {} for name in models}
    for sequence in sequences:
        settings = sequence.trigger_settings
        found[sequence.pk] = str(sequence.get_trigger_display())
        if sequence.trigger == Sequence.Trigger.INTERACTION:
            found[sequence.pk] = describe_when(settings["when"])
        elif sequence.trigger in wanted:
            wanted[sequence.trigger][sequence.pk] = settings[sequence.trigger]
    for name, model in models.items():
        if ids := wanted[name]:
            rows = model.objects.filter(pk__in=ids.values())
            names = {row.pk: str(row) for row in rows}
            for pk, setting in ids.items():
                words = {"how": found[pk], "name": names.get(setting, "–")}
                found[pk] = _("%(how)s: %(name)s") % words
    return found


def version_at_hand(sequence: Sequence) -> tuple[SequenceVersion | None, bool]:
    """The draft of a sequence, else what is published; and whether it is a draft."""
    version = latest_versions([sequence]).get(sequence.pk)
    return version, version is not None and version.published_at is None


def published_version(sequence: Sequence) -> SequenceVersion | None:
    rows = sequence.versions.filter(published_at__isnull=False)
    return rows.select_related("published_by").order_by("-number").first()
