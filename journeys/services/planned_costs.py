"""What the measures of a plan cost from now on: checked, and made rows of.

What falls on days that have passed is a fact. No plan changes it, whenever it is
published; people correct it on the page of a measure's costs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from journeys.models import MeasureCost
from journeys.models.cost import EARLIEST, LATEST
from journeys.plan_costs import CostPart, cost_part, cost_row
from leadhub.errors import InvalidValue


class BadPeriod(InvalidValue):
    code = "bad_period"
    attr = "until_date"


class CostIsSettled(InvalidValue):
    """It would change what was spent on days that have passed."""

    code = "cost_is_settled"


def check_period(cost: MeasureCost, *, within: str = "") -> None:
    last = cost.until_date or cost.since_date
    if not EARLIEST <= cost.since_date <= LATEST or last > LATEST:
        sentence = _("This day is too far away.")
        raise BadPeriod(sentence, attr=f"{within}since_date")
    if last < cost.since_date:
        sentence = _("The last day is before the first.")
        raise BadPeriod(sentence, attr=f"{within}until_date")


def check_costs(places: Iterable[tuple[str, dict[str, Any]]], *, at: datetime) -> None:
    """Raises ``BadPeriod`` and ``CostIsSettled``, with the path to what is wrong.

    ``places`` are measures as they stand in the document, each with the path to it, a
    dot at its end. One query.
    """
    measures = list(places)
    ids = [int(part["key"]) for _path, part in measures if part["key"].isdecimal()]
    known: dict[str, list[MeasureCost]] = defaultdict(list)
    for row in MeasureCost.objects.filter(measure__in=ids):
        known[str(row.measure_id)].append(row)
    for within, part in measures:
        _check_facts(part, known[part["key"]], within, timezone.localdate(at))


def _check_facts(
    part: dict[str, Any], rows: Sequence[MeasureCost], within: str, today: date
) -> None:
    """Each fact that it names is one, and none that goes on is missing."""
    facts = Counter(row.settled(today) for row in rows)
    said: Counter[Any] = Counter()
    about = {"measure": part["name"]}
    for number, entry in enumerate(part["costs"]):
        cost, path = cost_row(entry), f"{within}costs.{number}."
        check_period(cost, within=path)
        fact = cost.settled(today)
        said[fact] += 1
        if fact is not None and said[fact] > facts[fact]:
            sentence = _(
                "%(measure)s: what was spent before today stays as it is. Let new costs "
                "begin today or later; of monthly ones that have begun only the last day "
                "can change."
            )
            raise CostIsSettled(sentence % about, attr=f"{path}since_date")
    going = Counter(row.settled(today) for row in rows if not row.is_over(today))
    if any(fact is not None for fact in going - said):
        sentence = _(
            "%(measure)s: costs that have begun cannot be taken out. Give them a last "
            "day, or correct them on the page of its costs."
        )
        raise CostIsSettled(sentence % about, attr=f"{within}costs")


def apply_costs(wanted: Mapping[int, Sequence[CostPart]], *, at: datetime) -> None:
    """Let measures, by number, cost this from now on. What is over stays as it is.

    After ``check_costs``, with the journey locked.
    """
    today, gone = timezone.localdate(at), []
    left = {
        pk: [part for part in parts if not cost_row(part).is_over(today)]
        for pk, parts in wanted.items()
    }
    for row in MeasureCost.objects.filter(measure__in=wanted).order_by("pk"):
        if row.is_over(today):
            continue
        if (part := cost_part(row)) in left[row.measure_id]:
            left[row.measure_id].remove(part)
        else:
            gone.append(row.pk)
    MeasureCost.objects.filter(pk__in=gone).delete()
    new = [(pk, cost_row(part)) for pk, parts in left.items() for part in parts]
    for pk, row in new:
        row.measure_id = pk
    MeasureCost.objects.bulk_create(row for _pk, row in new)


def end_costs(measure_ids: Collection[int], *, at: datetime) -> None:
    """End what these cost until further notice: they leave the plan.

    Else it would have gone on meanwhile if they come back.
    """
    today = timezone.localdate(at)
    going = MeasureCost.objects.filter(
        measure__in=measure_ids, per=MeasureCost.Per.MONTH, until_date=None
    )
    going.filter(since_date__gt=today).delete()
    going.update(until_date=today)
