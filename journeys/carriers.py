"""What carries a measure out: apps above say here what of theirs does.

    register_carriers(CarrierKind("sequence", _("Sequence"), rows, sequences_of))

journeys knows none of them: a content, a sequence or an event names its measure, not
the other way round. A plan names them all the same, as {"kind": "sequence", "id": 5};
publishing it writes the measure into the row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Carrier:
    """One thing that carries a measure out, with its page."""

    kind: str  # in words: "Sequence"
    name: str
    url: str = ""
    # What of its state matters to who reads the plan: "paused", "5 mails", or "".
    state: str = ""


Load = Callable[[Collection[int]], dict[int, list[Carrier]]]
"""Numbers of measures -> what carries each; a fixed number of queries."""

CarrierPart = dict[str, Any]
"""One as the document of a plan names it: {"kind": "sequence", "id": 5}."""


@dataclass(frozen=True, slots=True)
class CarrierKind:
    """Rows that can carry a measure out, each of which names it in ``measure``."""

    key: str
    label: Promise
    # Those that can be chosen: neither withdrawn nor for one person alone.
    rows: Callable[[], QuerySet[Any]]
    load: Load
    # The field that has its name.
    title: str = "name"


KINDS: dict[str, CarrierKind] = {}


def register_carriers(kind: CarrierKind) -> None:
    """Again with the same key: takes its place."""
    KINDS[kind.key] = kind


def ref_of(part: CarrierPart) -> str:
    """How it is noted in forms, and where a plan notes what it is called."""
    return f"{part['kind']}:{part['id']}"


def carrier_part(ref: str) -> CarrierPart:
    kind, _colon, number = ref.partition(":")
    return {"kind": kind, "id": int(number)}


def carrier_named(part: CarrierPart, names: dict[str, str]) -> Carrier:
    """One of a plan, by what the plan says it is called."""
    kind = KINDS.get(part["kind"])
    label = str(kind.label) if kind else part["kind"]
    return Carrier(label, names.get(ref_of(part), str(part["id"])))


def carriers_of(measure_ids: Collection[int]) -> dict[int, list[Carrier]]:
    """Measure id -> what carries it out, in the order in which apps registered."""
    found: dict[int, list[Carrier]] = defaultdict(list)
    if measure_ids:
        for kind in KINDS.values():
            for pk, carriers in kind.load(measure_ids).items():
                found[pk] += carriers
    return found
