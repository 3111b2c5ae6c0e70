"""Contacts to learn from: which conditions hold for them, and had they the outcome."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from random import Random
from typing import Any

from django.db.models import Min
from django.utils.timezone import get_default_timezone

from contacts.conditions.evaluation import contacts_matching, reader_of
from contacts.conditions.fields import FieldSpec
from contacts.models import Contact
from journeys.models.interaction import Interaction, Kind
from scoring.counting import Row
from scoring.learning.candidates import Candidate, Seen, least_members
from scoring.selectors.activity import rows_of
from scoring.selectors.outcomes import Named, happened

CHUNK = 500
# What we do ourselves, or because sales works on the lead: no sign of interest.
OURS = frozenset(
    {
        Kind.EMAIL_SENT,
        Kind.EMAIL_OPEN,
        Kind.CALL_OUTBOUND,
        Kind.MEETING,
        Kind.NOTE,
        Kind.OPT_IN_CONFIRMED,
    }
)
# An interaction rule counts one a day, and three times its points at most: who comes
# every day is not thirty times as interested.
MAX_PER_DAY, MAX_TIMES = 1, 3
KINDS = 40
DAY = 86_400.0

Advance = Callable[[int], None]


@dataclass(slots=True)
class Examples:
    """Contacts by their place; a condition has the places of those it holds for."""

    contact_ids: array[int] = field(default_factory=lambda: array("q"))
    outcome: bytearray = field(default_factory=bytearray)
    candidates: list[Candidate] = field(default_factory=list)
    # By candidate: places, and what it is worth there (1 unless it fades).
    places: list[array[int]] = field(default_factory=list)
    worths: list[array[float] | None] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.outcome)

    @property
    def with_outcome(self) -> int:
        return sum(self.outcome)

    def evidence(self, place: int) -> tuple[int, int]:
        """(contacts it holds for, those of them with the outcome)."""
        where = self.places[place]
        return len(where), sum(self.outcome[row] for row in where)


def count_examples(among: dict[str, Any], *, at: datetime) -> int:
    return contacts_matching(Contact.objects.all(), among, at=at).count()


def read_examples(
    *,
    outcome: Named,
    among: dict[str, Any],
    fields: Sequence[FieldSpec],
    with_behavior: bool,
    half_life_days: float,
    at: datetime,
    seed: int,
    advance: Advance,
) -> Examples:
    """Read everybody ``among`` covers twice: what fields hold, then what conditions do.

    Contacts and what belongs to them are taken as they are now, as fit rules do. Of
    behavior only what happened before the outcome counts, and that only where one
    knows when that was: an outcome that is a condition has no moment. Who did not have
    it is looked at as long after he came as those who had it were, drawn at random.

    ``advance`` is told each chunk's contacts, twice.
    """
    examples = Examples()
    seen = [Seen(spec.name, spec.type.name) for spec in fields]
    moments: dict[int, datetime] = {}
    since: dict[int, datetime] = {}
    had = _outcome_of(outcome, at=at)
    for contacts in _chunks(among, at=at):
        came = had(contacts)
        _look(seen, fields, contacts, at=at)
        for contact in contacts:
            examples.contact_ids.append(contact.pk)
            examples.outcome.append(contact.pk in came)
        if with_behavior and isinstance(outcome, str):
            since |= _since(contacts)
        moments |= {pk: moment for pk, moment in came.items() if moment is not None}
        advance(len(contacts))
    for field_seen in seen:
        examples.candidates += field_seen.candidates(contacts=len(examples))
    _ask(examples, among, at=at, advance=advance)
    if with_behavior and moments:
        behavior = _Behavior(half_life_days)
        asked_at = _asked_at(examples, moments, since, at=at, seed=seed)
        for place, ids in enumerate(_batches(examples.contact_ids)):
            behavior.read(ids, place * CHUNK, asked_at)
            advance(0)
        behavior.put_into(examples)
    return examples


def _chunks(among: dict[str, Any], *, at: datetime) -> Iterator[list[Contact]]:
    everybody = contacts_matching(Contact.objects.all(), among, at=at).order_by("pk")
    after = 0
    while chunk := list(everybody.filter(pk__gt=after)[:CHUNK]):
        yield chunk
        after = chunk[-1].pk


def _batches(ids: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield list(ids[start : start + CHUNK])


def _outcome_of(
    outcome: Named, *, at: datetime
) -> Callable[[Sequence[Contact]], Mapping[int, datetime | None]]:
    if isinstance(outcome, str):
        return lambda contacts: happened(
            outcome, [contact.pk for contact in contacts], known_at=at
        )
    read = reader_of([outcome])
    return lambda contacts: dict.fromkeys(read(contacts, at=at)[0])


def _since(contacts: Sequence[Contact]) -> dict[int, datetime]:
    """Contact id -> when he came: made here, or did something, as a file may tell."""
    first = dict(
        Interaction.objects.filter(contact__in=contacts)
        .order_by()
        .values_list("contact")
        .annotate(first=Min("occurred_at"))
    )
    return {
        contact.pk: min(contact.created_at, first.get(contact.pk, contact.created_at))
        for contact in contacts
    }


def _look(
    seen: Sequence[Seen],
    fields: Sequence[FieldSpec],
    contacts: Sequence[Contact],
    *,
    at: datetime,
) -> None:
    found: dict[Any, Mapping[int, Any]] = {}
    for field_seen, spec in zip(seen, fields, strict=True):
        if spec.source not in found:
            found[spec.source] = spec.source(contacts, at)
        for row in found[spec.source].values():
            field_seen.add(spec.read(row))


def _ask(
    examples: Examples, among: dict[str, Any], *, at: datetime, advance: Advance
) -> None:
    """Whom each condition holds for, by the same words that rules are read with."""
    read = reader_of([candidate.when for candidate in examples.candidates])
    examples.places = [array("q") for _candidate in examples.candidates]
    examples.worths = [None for _candidate in examples.candidates]
    place_of = {pk: place for place, pk in enumerate(examples.contact_ids)}
    for ids in _batches(examples.contact_ids):
        contacts = list(Contact.objects.filter(pk__in=ids).order_by("pk"))
        for places, held in zip(examples.places, read(contacts, at=at), strict=True):
            places.extend(sorted(place_of[pk] for pk in held))
        advance(len(ids))
    least = least_members(len(examples))
    enough = [
        place
        for place, places in enumerate(examples.places)
        if least <= len(places) <= len(examples) - least
    ]
    kept = without_twins(examples, enough, advance=advance)
    examples.candidates = [examples.candidates[place] for place in kept]
    examples.places = [examples.places[place] for place in kept]
    examples.worths = [None for _place in kept]


def without_twins(
    examples: Examples, enough: Sequence[int], *, advance: Advance
) -> list[int]:
    """One of several that hold for the same contacts, all but a hundredth."""
    kept: list[int] = []
    known: set[int] = set()
    by_field: dict[str, list[int]] = defaultdict(list)
    for place in enough:
        members = _as_bits(examples.places[place], len(examples))
        others = by_field[examples.candidates[place].field]
        near = any(
            (members ^ other).bit_count() <= (members | other).bit_count() / 100
            for other in others
        )
        if members not in known and not near:
            kept.append(place)
            others.append(members)
        known.add(members)
        advance(0)
    return kept


def _as_bits(places: array[int], size: int) -> int:
    """A bit for each contact: of a hundred conditions sets would be large."""
    bits = bytearray(size // 8 + 1)
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(bits, "little")


def _asked_at(
    examples: Examples,
    moments: Mapping[int, datetime],
    since: Mapping[int, datetime],
    *,
    at: datetime,
    seed: int,
) -> dict[int, datetime]:
    """Contact id -> the moment that only what came before it counts of.

    Those without the outcome get one that was possible: else "long ago" would tell.
    """
    waits = sorted(
        max(moment - since[pk], timedelta()) for pk, moment in moments.items()
    )
    draw = Random(seed)
    asked_at = {}
    for pk in examples.contact_ids:
        wait = draw.choice(waits)
        asked_at[pk] = moments.get(pk) or min(since[pk] + wait, at)
    return asked_at


class _Behavior:
    """What interactions of each kind are worth, by contact, at a moment of its own."""

    def __init__(self, half_life_days: float) -> None:
        self.half_life_days = half_life_days
        self.zone = get_default_timezone()
        # By kind: whose, by their places in order, and what it is worth there.
        self.places: dict[str, array[int]] = defaultdict(lambda: array("q"))
        self.worths: dict[str, array[float]] = defaultdict(lambda: array("d"))

    def read(
        self, ids: Sequence[int], first: int, asked_at: Mapping[int, datetime]
    ) -> None:
        """Those of contacts who stand one behind the other from place ``first`` on."""
        rows = rows_of(ids, ["contact_id", "kind", "occurred_at"])
        found = {
            pk: self._worths_of(theirs, asked_at[pk])
            for pk, theirs in groupby(rows, key=itemgetter(0))
        }
        for place, pk in enumerate(ids, start=first):
            for kind, worth in found.get(pk, {}).items():
                self.places[kind].append(place)
                self.worths[kind].append(min(worth, float(MAX_TIMES)))

    def _worths_of(self, rows: Iterable[Row], at: datetime) -> Mapping[str, float]:
        worths: Counter[str] = Counter()
        days: set[tuple[str, date]] = set()
        for _pk, kind, occurred_at in rows:
            age = (at - occurred_at).total_seconds() / DAY
            if age <= 0 or kind in OURS:
                continue
            day = (kind, occurred_at.astimezone(self.zone).date())
            if day not in days:
                days.add(day)
                worths[kind] += 2.0 ** (-age / self.half_life_days)
        return worths

    def put_into(self, examples: Examples) -> None:
        least = least_members(len(examples))
        by_count = sorted(self.places, key=lambda kind: (-len(self.places[kind]), kind))
        for kind in by_count[:KINDS]:
            if least <= len(self.places[kind]) <= len(examples) - least:
                when = {"kind": kind}
                examples.candidates.append(Candidate("did", "engagement", when))
                examples.places.append(self.places[kind])
                examples.worths.append(self.worths[kind])
