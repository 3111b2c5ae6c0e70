"""Figures as people read them: in pages, on the wall, in mails."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import npgettext

from accounts.models import User
from insights.kpis.definitions import Figure
from journeys.models import Measure, Phase
from leadhub.moments import NARROW
from leadhub.money import money_text
from leadhub.templatetags.ui import grouped, percent

# Behind the decimal point; units of money have none, as numbers.
PLACES = {"stars": 1, "h": 1, "d": 1}
MOST_PLACES = 2
# Of a target for less than so many, a part is said too.
SMALL = 10


def figure_text(value: float | None, unit: str, places: int | None = None) -> str:
    """A number with its unit: "38 %", "1.5 h", "12,480", "9,900 €"; a dash for none.

    A share that is not quite all or nothing is not rounded to it: "99.7 %".
    """
    if value is None or value == "":
        return "–"
    if places is None:
        places = PLACES.get(unit, 0)
    if unit == "%":
        if places == 0 and round(value) in (0, 100) and 0 < value < 100:
            value, places = min(max(value, 0.1), 99.9), 1
        return percent(value / 100, places)
    if unit == "stars":
        return _("%(rating)s of 5") % {"rating": grouped(float(value), places)}
    if unit == "d" and 0 < value < 1:
        value, unit = 24 * value, "h"
    if unit in ("h", "d"):
        name = _("h") if unit == "h" else _("d")
        return f"{grouped(float(value), places)}{NARROW}{name}"
    if unit:
        return money_text(Decimal(value), places=places)
    return grouped(float(value), places)


def value_text(figure: Figure) -> str:
    """Its number with its unit; as exact as it takes to tell it from its target."""
    value, target = figure.value, figure.target
    text = figure_text(value, figure.unit)
    if value is None or target is None or value == target or not figure.unit:
        return text
    places = PLACES.get(figure.unit, 0)
    aimed = round(target, places)
    while round(value, places) == aimed and places < MOST_PLACES:
        places += 1
        text = figure_text(value, figure.unit, places)
    return text


def target_text(figure: Figure) -> str:
    """What it is to come to; of what is counted, a part only where that matters: "1.2"."""
    target, places = figure.target, None
    if not figure.unit and target and target % 1:
        is_close = figure.value is not None and abs(figure.value - target) < 1
        places = 1 if target < SMALL or is_close else 0
    return figure_text(target, figure.unit, places)


def change_text(figure: Figure) -> str:
    """ "+12 %", of a share "−3 points", "±0 %"; a dash if nothing can be said."""
    if figure.change is None:
        return "–"
    number = round(abs(figure.change)) if figure.direction else 0
    sign = {"up": "+", "down": "−"}.get(figure.direction, "±")
    unit = "%"
    if figure.unit == "%":
        unit = npgettext("of a share", "point", "points", number)
    return f"{sign}{grouped(number)}{NARROW}{unit}"


def row_text(row: Model) -> str:
    """Whose figures: by name, and whether they are no longer there."""
    if is_gone(row):
        return _("%(name)s (no longer there)") % {"name": row}
    return str(row)


def is_gone(row: Model) -> bool:
    """A rep who was shut out, what has left the plan: their history is kept."""
    if isinstance(row, Phase):
        return row.retired_at is not None
    if isinstance(row, Measure):
        return bool(row.retired_at or row.phase.retired_at)
    return isinstance(row, User) and not row.is_active
