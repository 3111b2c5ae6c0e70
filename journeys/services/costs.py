"""Writing down what measures cost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from journeys.models import Journey, Measure, MeasureCost
from journeys.selectors.costs import spent_so_far
from journeys.services.planned_costs import check_period
from journeys.services.publishing import keep_first_version, record_version
from leadhub.errors import DomainError


class CostsByPeriod(DomainError):
    code = "costs_by_period"


@transaction.atomic
def change_costs(
    *,
    measure: Measure,
    costs: Sequence[MeasureCost],
    by: User | None,
    at: datetime,
    gone: Collection[int] = (),
) -> None:
    """Store these new or changed costs of a measure, and remove those numbered ``gone``.

    What others wrote down meanwhile stays. What is not over yet is of the plan, which is
    kept as a version. Raises ``BadPeriod``.
    """
    journey = _lock(measure, at=at)
    for cost in costs:
        check_period(cost)
    measure.costs.filter(pk__in=gone).delete()
    known = set(measure.costs.values_list("pk", flat=True))
    for cost in costs:
        cost.measure = measure
        # What somebody else has removed meanwhile is not brought back.
        if cost.pk is None or cost.pk in known:
            cost.save()
    record_version(journey=journey, by=by, at=at)


@transaction.atomic
def set_costs(
    *, measure: Measure, costs: Sequence[MeasureCost], by: User | None, at: datetime
) -> None:
    """Replace all costs of a measure by these. Raises ``BadPeriod``."""
    _lock(measure, at=at)
    gone = list(measure.costs.values_list("pk", flat=True))
    change_costs(measure=measure, costs=costs, gone=gone, by=by, at=at)


@transaction.atomic
def set_cost(
    *, measure: Measure, amount: Decimal | None, by: User | None, at: datetime
) -> None:
    """Say in one number what a measure cost so far: spent on one day, that of ``at``.

    The same number again changes nothing. Raises ``CostsByPeriod`` where it would wipe
    out several periods, or one that has more to it than a number.
    """
    _lock(measure, at=at)
    today = timezone.localdate(at)
    rows = list(measure.costs.order_by("pk"))
    if amount == spent_so_far(rows, today=today):
        return
    plain = [r for r in rows if r.per == r.Per.TOTAL and r.until_date is None]
    if len(rows) > 1 or plain != rows:
        sentence = _("This measure has costs by period: change those.")
        raise CostsByPeriod(sentence)
    day = rows[0].since_date if rows else today
    new = [] if amount is None else [MeasureCost(amount=amount, since_date=day)]
    set_costs(measure=measure, costs=new, by=by, at=at)


def _lock(measure: Measure, *, at: datetime) -> Journey:
    """Wait for who writes costs, or publishes a plan, of its journey."""
    journey = Journey.objects.get(phases=measure.phase_id)
    keep_first_version(journey=journey, at=at)
    return journey
