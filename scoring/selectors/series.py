"""How a contact's total went, and will go, day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from math import fsum

from django.utils.timezone import get_default_timezone

from contacts.models import Contact
from scoring.counting import DAY, Counted
from scoring.models import ScoringModel
from scoring.selectors.activity import (
    columns_for,
    counted_rule,
    engagement_rules,
    fit_rules,
    rows_of,
)
from scoring.selectors.fitness import rules_that_hold


def totals_at(
    contact: Contact, model: ScoringModel, moments: Sequence[datetime]
) -> list[float]:
    """The total at each of ``moments``, which come in order; with the fit of the last.

    One pass over the interactions, whatever the number of moments.
    """
    held = rules_that_hold(fit_rules(model), [contact], at=moments[-1])[contact.pk]
    fit = fsum(rule.points for rule in held)
    rules = engagement_rules(model)
    columns = columns_for(rules)
    counted = [counted_rule(rule, model, columns) for rule in rules]
    rows = list(rows_of([contact.pk], columns)) if rules else []
    curves = [
        _worths(
            rule,
            [
                row[2]
                for row in reversed(rows)
                if row[1] in rule.kinds and (rule.holds is None or rule.holds(row))
            ],
            moments,
        )
        for rule in counted
    ]
    return [
        fit + max(0.0, fsum(curve[place] for curve in curves))
        for place in range(len(moments))
    ]


def _worths(
    rule: Counted, happened: Sequence[datetime], moments: Sequence[datetime]
) -> list[float]:
    """What one rule is worth at each moment. ``happened``: the earliest first."""
    zone = get_default_timezone()
    by_day: dict[date, list[datetime]] = defaultdict(list)
    for moment in happened:
        by_day[moment.astimezone(zone).date()].append(moment)
    days = sorted(by_day)
    worths, past, past_at, done = [], 0.0, moments[0], 0
    for at in moments:
        today = at.astimezone(zone).date()
        past = _faded(past, rule, since=past_at, at=at)
        past_at = at
        # Days that are over count whole; of today only what has happened by then.
        while done < len(days) and days[done] < today:
            past += _sum(rule, by_day[days[done]], at)
            done += 1
        so_far = [moment for moment in by_day.get(today, ()) if moment <= at]
        worth = past + _sum(rule, so_far, at)
        cap = rule.max_points
        worths.append(worth if cap is None else max(-cap, min(worth, cap)))
    return worths


def _sum(rule: Counted, happened: Sequence[datetime], at: datetime) -> float:
    latest = happened[-rule.max_per_day :] if rule.max_per_day else happened
    return fsum(_faded(rule.points, rule, since=one, at=at) for one in latest)


def _faded(worth: float, rule: Counted, *, since: datetime, at: datetime) -> float:
    if rule.half_life_days is None:
        return worth
    days = (at - since).total_seconds() / DAY
    return worth * 2.0 ** (-days / rule.half_life_days)
