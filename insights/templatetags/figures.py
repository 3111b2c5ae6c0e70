"""Small pictures of figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from insights.kpis.words import (
    change_text,
    figure_text,
    row_text,
    target_text,
    value_text,
)
from insights.selectors.findings.steps import weakest_change, weakest_sentence

register = template.Library()
WIDTH, HEIGHT, EDGE = 120, 28, 4


register.filter("as_figure", figure_text)
register.filter("value_text", value_text)
register.filter("target_text", target_text)
register.filter("change_text", change_text)
register.filter("named", row_text)
register.filter("weakest_sentence", weakest_sentence)
register.filter("weakest_change", weakest_change)


@register.inclusion_tag("insights/_mini_trend.html")
def mini_trend(
    months: Sequence[tuple[date, float]], label: str, unit: str = ""
) -> dict[str, Any]:
    """A line over months, from zero; nothing of fewer than two."""
    if len(months) < 2:
        return {"points": ""}
    top = max(value for _month, value in months) or 1
    step = (WIDTH - 2 * EDGE) / (len(months) - 1)
    points = [
        (
            round(EDGE + place * step, 1),
            round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * value / top, 1),
        )
        for place, (_month, value) in enumerate(months)
    ]
    (first, was), (last, is_now) = months[0], months[-1]
    said = _("%(figure)s: %(was)s in %(first)s, %(now)s in %(last)s") % {
        "figure": label,
        "was": figure_text(was, unit),
        "now": figure_text(is_now, unit),
        "first": date_format(first, "YEAR_MONTH_FORMAT"),
        "last": date_format(last, "YEAR_MONTH_FORMAT"),
    }
    return {
        "points": " ".join(f"{x},{y}" for x, y in points),
        "last": points[-1],
        "label": said,
    }
