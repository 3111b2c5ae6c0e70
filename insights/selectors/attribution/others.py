"""The ways of those who did not convert, as a Markov chain.

There are many, and a chain asks of them only how often which touch came behind which.
So the database counts that, and what it answers is as long for a million touches as for
a thousand.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection

from insights.attribution.markov import Chain, TooManyStates
from insights.selectors.attribution.conversions import ConversionKind
from insights.selectors.attribution.dimensions import Dimension
from insights.selectors.attribution.touches import ONE_VISIT, touches
from insights.selectors.periods import Period

# A chain of more states takes a page too long.
MOST_STATES = 200
# So many different steps it can have at most, the first ones of ways among them.
MOST_STEPS = MOST_STATES * (MOST_STATES + 1)
KEPT_SECONDS = 600

# As ``visits`` does: touches of one key are one visit as long as each follows soon.
STATEMENT = """
WITH touch (contact_id, at, key, number) AS NOT MATERIALIZED ({touches}),
latest AS (
  SELECT contact_id, MAX(at) AS at FROM touch
  GROUP BY contact_id HAVING MAX(at) >= %s
),
way AS (
  SELECT touch.contact_id, touch.at, touch.number, touch.key,
    LAG(touch.key) OVER mine AS k1, LAG(touch.at) OVER mine AS before
  FROM touch JOIN latest ON latest.contact_id = touch.contact_id
  WHERE {in_window}
  WINDOW mine AS (PARTITION BY touch.contact_id ORDER BY touch.at, touch.number)
),
visit AS (
  SELECT key, k1{lags} FROM way
  WHERE k1 IS NULL OR k1 <> key OR {is_later}
  WINDOW mine AS (PARTITION BY contact_id ORDER BY at, number)
)
SELECT {keys}, key, COUNT(*) FROM visit GROUP BY {keys}, key LIMIT %s
"""


def chain_of_others(
    kind: ConversionKind,
    period: Period,
    *,
    by: Dimension,
    window_days: int,
    order: int,
) -> Chain:
    """The paths of those who did not convert in the period, as a Markov chain.

    The way of a contact ends with its last touch of the period and reaches back as far
    as the window. It is kept for ten minutes: all touches are looked at for it. Raises
    ``TooManyStates`` beyond ``MOST_STATES``.
    """
    asked = (
        *(kind.name, by.name, by.viewer, window_days, order),
        *(period.since.isoformat(), period.until.isoformat()),
    )
    key = "attribution-others:" + ":".join(map(str, asked))
    kept = cache.get(key)
    if kept is None:
        kept = _counted(kind, period, by, window_days, order)
        cache.set(key, kept, KEPT_SECONDS)
    if "too_many" in kept:
        raise TooManyStates(kept["too_many"])
    return Chain.from_data(kept)


def _counted(
    kind: ConversionKind, period: Period, by: Dimension, window_days: int, order: int
) -> dict[str, Any]:
    chain = Chain(order=order)
    chain.add_nulls(_steps(kind, period, by, window_days, order))
    states = len(chain.numbers)
    return {"too_many": states} if states > MOST_STATES else chain.as_data()


def _steps(
    kind: ConversionKind, period: Period, by: Dimension, window_days: int, order: int
) -> list[tuple[tuple[Any, ...], int]]:
    """(touch behind those before it, how often); not all if there are too many."""
    rows = touches().filter(
        occurred_at__gte=period.since - timedelta(days=window_days),
        occurred_at__lt=period.until,
    )
    rows = by.keyed(rows.exclude(contact__in=kind.contacts(period)))
    columns = rows.values_list("contact_id", "occurred_at", "key", "pk")
    sql, params = columns.query.sql_with_params()
    earlier = range(2, order + 1)
    statement = STATEMENT.format(
        touches=sql,
        in_window=_apart("touch.at", "latest.at", timedelta(window_days), "<="),
        is_later=_apart("before", "at", ONE_VISIT, ">"),
        lags="".join(f", LAG(k1, {n - 1}) OVER mine AS k{n}" for n in earlier),
        keys=", ".join(f"k{n}" for n in range(order, 0, -1)),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, _moment(period.since), MOST_STEPS + 1])
        return [(tuple(row[:-1]), row[-1]) for row in cursor.fetchall()]


def _apart(earlier: str, later: str, length: timedelta, compared: str) -> str:
    """SQL: how the time between two moments compares with a length."""
    if connection.vendor == "postgresql":
        # Added to one of them, which is quicker than taking them from each other.
        seconds = length // timedelta(seconds=1)
        return f"{later} {compared} {earlier} + INTERVAL '{seconds} seconds'"
    # SQLite keeps days with a fraction, exact to the millisecond.
    milliseconds = length // timedelta(milliseconds=1)
    days = f"julianday({later}) - julianday({earlier})"
    return f"ROUND(({days}) * 86400000) {compared} {milliseconds}"


def _moment(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)
