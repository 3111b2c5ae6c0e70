"""Writing down what measures cost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from journeys.models import Measure, MeasureCost
from journeys.models.cost import EARLIEST, LATEST
from journeys.selectors.costs import spent_so_far
from leadhub.errors import DomainError, InvalidValue


class BadPeriod(InvalidValue):
    code = "bad_period"
    attr = "until_date"


class CostsByPeriod(DomainError):
    code = "costs_by_period"


@transaction.atomic
def change_costs(
    *, measure: Measure, costs: Sequence[MeasureCost], gone: Collection[int] = ()
) -> None:
    """Store these new or changed costs of a measure, and remove those numbered ``gone``.

    What others wrote down meanwhile stays. Raises ``BadPeriod``.
    """
    _lock(measure)
    for cost in costs:
        _check(cost)
    measure.costs.filter(pk__in=gone).delete()
    known = set(measure.costs.values_list("pk", flat=True))
    for cost in costs:
        cost.measure = measure
        # What somebody else has removed meanwhile is not brought back.
        if cost.pk is None or cost.pk in known:
            cost.save()


@transaction.atomic
def set_costs(*, measure: Measure, costs: Sequence[MeasureCost]) -> None:
    """Replace all costs of a measure by these. Raises ``BadPeriod``."""
    _lock(measure)
    gone = list(measure.costs.values_list("pk", flat=True))
    change_costs(measure=measure, costs=costs, gone=gone)


@transaction.atomic
def set_cost(*, measure: Measure, amount: Decimal | None, today: date) -> None:
    """Say in one number what a measure cost so far: spent on one day, ``today``.

    The same number again changes nothing. Raises ``CostsByPeriod`` where it would wipe
    out several periods, or one that has more to it than a number.
    """
    _lock(measure)
    rows = list(measure.costs.order_by("pk"))
    if amount == spent_so_far(rows, today=today):
        return
    plain = [r for r in rows if r.per == r.Per.TOTAL and r.until_date is None]
    if len(rows) > 1 or plain != rows:
        sentence = _("This measure has costs by period: change those.")
        raise CostsByPeriod(sentence)
    day = rows[0].since_date if rows else today
    new = [] if amount is None else [MeasureCost(amount=amount, since_date=day)]
    set_costs(measure=measure, costs=new)


def _lock(measure: Measure) -> None:
    Measure.objects.select_for_update(no_key=True).get(pk=measure.pk)


def _check(cost: MeasureCost) -> None:
    last = cost.until_date or cost.since_date
    if not EARLIEST <= cost.since_date <= LATEST or last > LATEST:
        raise BadPeriod(_("This day is too far away."), attr="since_date")
    if last < cost.since_date:
        raise BadPeriod(_("The last day is before the first."))
