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
    if figure.value is None:
        return "–"
    if figure.unit == "%":
        return percent(figure.value / 100)
    if figure.unit == settings.CURRENCY:
        return money_text(Decimal(figure.value), places=0)
    if figure.unit in UNITS:
        number = grouped(float(figure.value), 1)
        return f"{number}{NARROW}{UNITS[figure.unit]}"
    if figure.unit == "stars":
        return grouped(float(figure.value), 1)
    return grouped(figure.value)


def change_text(figure: Figure) -> str:
    """ "+12 %", of a share "+3 points"; a dash if nothing can be said."""
    if figure.change is None:
        return "–"
    sign = "+" if figure.change >= 0 else "−"
    number = grouped(abs(float(figure.change)))
    unit = pgettext("of a share", "points") if figure.unit == "%" else "%"
    return f"{sign}{number}{NARROW}{unit}"
