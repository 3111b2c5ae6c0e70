"""What contacts did and where they stood, by what was recorded at a moment.

An interaction that is reported late happened earlier than it was known. One that was
another contact's before the two were merged is known of this one since then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

from contacts.conditions.tree import Batch
from contacts.merge_history import MergeHistory
from contacts.models.contact import Contact
from contacts.past import Past, register_past
from journeys.conditions import PHASE, Did
from journeys.models.interaction import Interaction
from journeys.models.journey import PhaseVisit

INTERACTION = "journeys.interaction.contact"
VISIT = "journeys.phasevisit.contact"
ROWS_PER_FETCH = 5_000
LATER = ("until", "known_at")
"""What ``known_rows`` puts behind the columns that were asked for."""

Row = tuple[Any, ...]


def known_rows(
    contact_ids: Collection[int],
    *,
    columns: Sequence[str],
    kinds: Collection[str],
    history: MergeHistory,
) -> Iterator[tuple[int, list[Row]]]:
    """Contact id -> what people did, the latest first, contact by contact.

    ``columns`` begins with ``contact_id``, ``kind``, ``occurred_at``. Behind them stand
    until when the row was this contact's (None: it still is) and since when it was
    known of it. Machine traffic is left out, also what was recognized as such later.
    """
    if not kinds:
        return
    wanted = ["pk", *columns, "recorded_at"]
    rows = (
        Interaction.objects.by_people()
        .filter(contact_id__in=contact_ids, kind__in=sorted(kinds))
        .order_by("-contact_id", "-occurred_at")
        .values_list(*wanted)
        .iterator(chunk_size=ROWS_PER_FETCH)
    )
    merged: dict[int, list[Row]] = defaultdict(list)
    for contact_id, theirs in groupby(rows, key=itemgetter(1)):
        if not history.steps or len(history.group(contact_id)) == 1:
            yield (
                contact_id,
                [(*row[1:-1], None, max(row[-1], row[3])) for row in theirs],
            )
            continue
        for pk, _holder, *row in theirs:
            for whose, since, until in _stays(history, pk, contact_id):
                known_at = max(row[-1], row[1], since or row[-1])
                if until is None or known_at < until:
                    merged[whose].append((whose, *row[:-1], until, known_at))
    for contact_id, found in merged.items():
        found.sort(key=itemgetter(2), reverse=True)
        yield contact_id, found


def _stays(
    history: MergeHistory, pk: Any, contact_id: int
) -> Iterator[tuple[int, datetime | None, datetime | None]]:
    """(whose, since, until) of an interaction that is ``contact_id``'s now."""
    holders = history.holders(INTERACTION, str(pk), contact_id)
    ends = [since for since, _whose in holders[1:]] + [None]
    for (since, whose), until in zip(holders, ends, strict=True):
        yield whose, since, until


class Deeds:
    """Answers ``did`` from what was recorded by then."""

    def __init__(self, past: Past) -> None:
        dids = list(_dids(past.conditions))
        asked = {
            leaf["field"].partition(".")[0]
            for did in dids
            for leaf in did.get("where", ())
        }
        basic = ["contact_id", "kind", "occurred_at"]
        columns = [*basic, *sorted(asked - set(basic))]
        names = [*columns, *LATER]
        kinds = {
            kind
            for did in dids
            for kind in ([did["kind"]] if isinstance(did["kind"], str) else did["kind"])
        }
        self.rows = {
            pk: [
                SimpleNamespace(**dict(zip(names, row, strict=True))) for row in theirs
            ]
            for pk, theirs in known_rows(
                past.ids, columns=columns, kinds=kinds, history=past.history
            )
        }

    def among(self, did: Did, batch: Batch) -> frozenset[int]:
        return frozenset(pk for pk in batch.ids if self._enough(did, pk, batch.at))

    def moments(self, contact_id: int) -> Iterable[datetime]:
        return [row.known_at for row in self.rows.get(contact_id, ())]

    def _enough(self, did: Did, contact_id: int, at: datetime) -> bool:
        days = did.within_days
        since = None if days is None else at - timedelta(days=days)
        times = 0
        for row in self.rows.get(contact_id, ()):
            if since is not None and row.occurred_at < since:
                break
            is_known = row.known_at <= at and (row.until is None or at < row.until)
            times += is_known and did.when.holds(row)
            if times >= did.at_least:
                return True
        return False


class Visits:
    """In which phase they were."""

    def __init__(self, past: Past) -> None:
        self.visits: dict[int, list[tuple[datetime, datetime | None, int, str]]]
        self.visits = defaultdict(list)
        self.journeys: dict[int, int] = {}
        rows = PhaseVisit.objects.filter(contact__in=past.ids).order_by("entered_at")
        for (
            pk,
            contact_id,
            entered_at,
            left_at,
            phase_id,
            name,
            journey_id,
        ) in rows.values_list(
            "pk",
            "contact",
            "entered_at",
            "left_at",
            "phase",
            "phase__name",
            "phase__journey",
        ):
            whose = past.history.holder(VISIT, pk, contact_id, at=entered_at)
            self.visits[whose].append((entered_at, left_at, phase_id, name))
            self.journeys[phase_id] = journey_id

    def found(self, contact: Contact, at: datetime) -> tuple[int, str] | None:
        for entered_at, left_at, *phase in reversed(self.visits.get(contact.pk, ())):
            if entered_at <= at and (left_at is None or at < left_at):
                return tuple(phase)
        return None

    def journey(self, contact: Contact, at: datetime) -> int | None:
        """Which journey they were in."""
        phase = self.found(contact, at)
        return self.journeys[phase[0]] if phase else None

    def moments(self, contact_id: int) -> Iterable[datetime]:
        for entered_at, left_at, *_phase in self.visits.get(contact_id, ()):
            yield entered_at
            if left_at is not None:
                yield left_at


def _dids(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list | tuple):
        for item in node:
            yield from _dids(item)
    elif isinstance(node, dict):
        for name, inner in node.items():
            if name == "did":
                yield inner
            elif name != "field":
                yield from _dids(inner)


def asks_for_deeds(conditions: Iterable[Any]) -> bool:
    return any(True for _did in _dids(list(conditions)))


def register() -> None:
    register_past(Did, Deeds)
    register_past(PHASE.source, Visits)
