"""Figures as people read them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from leadhub.moments import NARROW
from leadhub.templatetags.money import money
from leadhub.templatetags.ui import grouped, percent


def figure_text(value: float | None, unit: str) -> str:
    """A number with its unit: "38 %", "1.5 h", "12,480", "9,900 €"; a dash for none."""
    if value is None or value == "":
        return "–"
    if unit == "%":
        return percent(value / 100)
    if unit == "stars":
        return _("%(rating)s of 5") % {"rating": grouped(float(value), 1)}
    if unit in ("h", "d"):
        name = _("h") if unit == "h" else _("d")
        return f"{grouped(float(value), 1)}{NARROW}{name}"
    if unit:
        return money(value, 0)
    return grouped(value)
