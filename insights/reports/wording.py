"""Figures as texts."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from insights.kpis.definitions import Figure
from leadhub.moments import NARROW
from leadhub.money import money_text
from leadhub.templatetags.ui import grouped, percent

UNITS = {"h": _("h"), "d": pgettext_lazy("days, behind a number", "d")}


def value_text(figure: Figure) -> str:
    """Its number with its unit; a dash if there is none."""
    return _text(figure.value, figure.unit)


def target_text(figure: Figure) -> str:
    """What it is to come to; a dash if nobody has said."""
    return _text(figure.target, figure.unit)


def change_text(figure: Figure) -> str:
    """ "+12 %", of a share "+3 points"; a dash if nothing can be said."""
    if figure.change is None:
        return "–"
    number = grouped(abs(float(figure.change)))
    sign = "+" if figure.change > 0 else "−"
    sign = "" if number == "0" else sign
    unit = pgettext("of a share", "points") if figure.unit == "%" else "%"
    return f"{sign}{number}{NARROW}{unit}"


def _text(number: float | None, unit: str) -> str:
    if number is None:
        return "–"
    if unit == "%":
        return percent(number / 100)
    if unit == settings.CURRENCY:
        return money_text(Decimal(number), places=0)
    if unit in UNITS:
        return f"{grouped(float(number), 1)}{NARROW}{UNITS[unit]}"
    return grouped(float(number), 1) if unit == "stars" else grouped(number)
