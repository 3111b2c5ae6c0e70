"""What carries measures out, as plans name it, and what may be chosen for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet

from journeys.carriers import KINDS, CarrierKind, CarrierPart, ref_of
from journeys.models import Journey, Measure


def carried(
    measure_ids: Collection[int],
) -> tuple[dict[int, list[CarrierPart]], dict[str, str]]:
    """(Measure id -> what carries it out, what each is called). A query per kind."""
    found: dict[int, list[CarrierPart]] = defaultdict(list)
    names: dict[str, str] = {}
    for kind in KINDS.values() if measure_ids else ():
        rows = kind.rows().filter(measure__in=measure_ids).order_by("pk")
        for pk, measure, name in rows.values_list("pk", "measure", kind.title):
            part = {"kind": kind.key, "id": pk}
            found[measure].append(part)
            names[ref_of(part)] = name
    return found, names


def names_of(carriers: Iterable[CarrierPart]) -> dict[str, str]:
    """What those of them are called that there still are. A query per kind of them."""
    ids: dict[str, list[int]] = defaultdict(list)
    for part in carriers:
        ids[part["kind"]].append(part["id"])
    return {
        f"{key}:{pk}": name
        for key, numbers in ids.items()
        if (kind := KINDS.get(key))
        for pk, name in kind.rows().filter(pk__in=numbers).values_list("pk", kind.title)
    }


def elsewhere(kind: CarrierKind, journey: Journey) -> QuerySet[Any]:
    """Rows that carry out a measure of the plan of another journey."""
    others = Measure.objects.current().exclude(phase__journey=journey)
    return kind.rows().filter(measure__in=others)


def on_offer(journey: Journey) -> list[tuple[str, list[tuple[str, str]]]]:
    """[(kind in words, [("sequence:5", name)])]: what its measures can be carried out by.

    Not what another journey's plan has. A query per kind.
    """
    found = []
    for kind in KINDS.values():
        rows = kind.rows().exclude(pk__in=elsewhere(kind, journey).values("pk"))
        names = rows.order_by(kind.title, "pk").values_list("pk", kind.title)
        if options := [(f"{kind.key}:{pk}", name) for pk, name in names]:
            found.append((str(kind.label), options))
    return found
