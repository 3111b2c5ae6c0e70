"""The picker of a period, for every page that has one."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from insights.selectors.asked_periods import PARAMETERS
from insights.selectors.periods import (
    CHOICES,
    Period,
    last_days,
    last_months,
    month_of,
    quarter_of,
)

register = template.Library()
MONTHS = 13
# What leads to another part of a list that a different period does not have.
PLACES = ("cursor", "page")


@register.inclusion_tag("insights/_period_picker.html", takes_context=True)
def period_picker(context: Context, period: Period) -> dict[str, Any]:
    """Choices, own days, and the one before and after; the rest of the URL stays."""
    now = timezone.now()
    rest = context["request"].GET.copy()
    for name in (*PARAMETERS, *PLACES):
        rest.pop(name, None)
    kept = f"&{rest.urlencode()}" if rest else ""
    later = period.later(at=now)
    return {
        "period": period,
        "groups": _groups(period),
        "kept": [(name, value) for name, values in rest.lists() for value in values],
        "earlier_url": f"?{period.earlier().query}{kept}",
        "later_url": f"?{later.query}{kept}" if later else "",
        "today": timezone.localdate(now),
    }


def _groups(period: Period) -> list[tuple[str, list[tuple[str, str]]]]:
    """Label -> (value, label) of its choices."""
    now = timezone.now()
    today = timezone.localdate(now)
    month, quarter = month_of(today, at=now), quarter_of(today, at=now)
    running = [
        (month.name, _("This month")),
        (month.earlier().name, _("Last month")),
        (quarter.name, _("This quarter")),
        (quarter.earlier().name, _("Last quarter")),
    ]
    named = {name for name, _label in running}
    months = [
        (found.name, date_format(found.first, "YEAR_MONTH_FORMAT"))
        for found in reversed(last_months(MONTHS, at=now))
        if found.name not in named
    ]
    days = [(str(n), last_days(n, at=now).label) for n in CHOICES]
    groups = [("", days), (_("Calendar"), running), (_("Months"), months)]
    offered = {name for _label, choices in groups for name, _text in choices}
    if period.name not in offered:
        groups.insert(0, ("", [(period.name, period.label)]))
    return groups
