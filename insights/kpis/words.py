"""Figures as people read them."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from insights.kpis.definitions import Figure
from leadhub.moments import NARROW
from leadhub.templatetags.money import money
from leadhub.templatetags.ui import grouped, percent


def figure_text(value: float | None, unit: str, finer: int = 0) -> str:
    """A number with its unit: "38 %", "1.5 h", "12,480", "9,900 €"; a dash for none."""
    if value is None or value == "":
        return "–"
    if unit == "%":
        return percent(value / 100, finer)
    if unit == "stars":
        return _("%(rating)s of 5") % {"rating": grouped(float(value), 1 + finer)}
    if unit == "d" and 0 < value < 1:
        value, unit = 24 * value, "h"
    if unit in ("h", "d"):
        name = _("h") if unit == "h" else _("d")
        return f"{grouped(float(value), 1 + finer)}{NARROW}{name}"
    if unit:
        return money(value, 2 * finer)
    return grouped(value, finer)


def value_text(figure: Figure) -> str:
    return figure_text(figure.value, figure.unit)


def target_text(figure: Figure) -> str:
    return figure_text(figure.target, figure.unit)


def missed_text(figure: Figure) -> tuple[str, str]:
    """Value and target of one that is missed, so fine that they differ: 69.6 % of 70 %."""
    value, target = value_text(figure), target_text(figure)
    if value != target:
        return value, target
    return figure_text(figure.value, figure.unit, finer=1), target


def change_text(figure: Figure) -> str:
    """ "+31 %", of a share "−5 points"; a dash if nothing can be said."""
    if figure.change is None:
        return "–"
    rounded = round(float(figure.change))
    sign = "+" if rounded > 0 else "−" if rounded < 0 else "±"
    unit = pgettext("of a share", "points") if figure.unit == "%" else "%"
    return f"{sign}{grouped(abs(rounded))}{NARROW}{unit}"
