"""What carries the measures of a plan out: checked, and written into its rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from journeys.carriers import KINDS, CarrierPart, ref_of
from journeys.models import Journey
from journeys.selectors.carrying import elsewhere, names_of
from leadhub.errors import InvalidValue

Places = Iterable[tuple[str, dict[str, Any]]]
"""Measures as they stand in the document of a plan, each with the path to it and a dot."""


class CarrierGone(InvalidValue):
    """There is none, it was deleted, or it is not in use any more."""

    code = "carrier_gone"


class CarrierTaken(InvalidValue):
    """It carries out a measure of another journey, which is not this one's to change."""

    code = "carrier_taken"


class CarrierTwice(InvalidValue):
    code = "carrier_twice"


def check_carriers(
    journey: Journey, places: Places, *, names: Mapping[str, str], known: bool = True
) -> None:
    """Raises ``CarrierGone``, ``CarrierTaken`` and ``CarrierTwice``, with the path.

    ``names`` are what the plan says carriers are called. While it is being written, it
    may go on naming those that were ``known`` once; whoever publishes it may not.
    """
    found = [
        (f"{within}carriers.{number}", measure["name"], part)
        for within, measure in places
        for number, part in enumerate(measure["carriers"])
    ]
    there = names_of(part for _path, _measure, part in found)
    taken = _elsewhere(journey, [part for _path, _measure, part in found])
    met: set[str] = set()
    for path, measure, part in found:
        ref = ref_of(part)
        about = {"measure": measure, "name": there.get(ref) or names.get(ref) or ref}
        if ref in met:
            sentence = _("%(measure)s: %(name)s stands in the plan already.")
            raise CarrierTwice(sentence % about, attr=path)
        if ref not in there and not (known and ref in names):
            sentence = _(
                "%(measure)s: %(name)s is not there any more. Choose something else to "
                "carry it out, or nothing."
            )
            raise CarrierGone(sentence % about, attr=path)
        if ref in taken:
            sentence = _(
                "%(measure)s: %(name)s carries out a measure of another journey. Take it "
                "out there first."
            )
            raise CarrierTaken(sentence % about, attr=path)
        met.add(ref)


def _elsewhere(journey: Journey, parts: Sequence[CarrierPart]) -> set[str]:
    return {
        f"{kind.key}:{pk}"
        for kind in KINDS.values()
        if (ids := [part["id"] for part in parts if part["kind"] == kind.key])
        for pk in elsewhere(kind, journey)
        .filter(pk__in=ids)
        .values_list("pk", flat=True)
    }


def lock_carriers(journey: Journey, places: Places) -> None:
    """Wait for whoever writes those that the plan names, or has; then nobody else does.

    Kind by kind and in the order of their numbers, with the journey locked.
    """
    ids: dict[str, list[int]] = defaultdict(list)
    for _path, measure in places:
        for part in measure["carriers"]:
            ids[part["kind"]].append(part["id"])
    for kind in KINDS.values():
        concerned = Q(pk__in=ids[kind.key]) | Q(measure__phase__journey=journey)
        rows = kind.rows().filter(pk__in=kind.rows().filter(concerned).values("pk"))
        list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def apply_carriers(wanted: Mapping[int, Sequence[CarrierPart]]) -> None:
    """Let these carry the measures out, by number, and nothing else. After both above."""
    for kind in KINDS.values():
        measure_of = {
            part["id"]: pk
            for pk, parts in wanted.items()
            for part in parts
            if part["kind"] == kind.key
        }
        rows = kind.rows().filter(Q(pk__in=measure_of) | Q(measure__in=wanted))
        for pk, measure in rows.values_list("pk", "measure"):
            if measure != measure_of.get(pk):
                kind.rows().filter(pk=pk).update(measure=measure_of.get(pk))
