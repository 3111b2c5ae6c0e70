"""What a list of handoffs can be narrowed to, as its page says it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from contacts.period_filters import MomentFilter
from sales.models import Handoff
from sales.models.handoff import HandoffQuerySet
from sales.selectors.promises import ANSWERS

LABELS = {
    "accepted": _("accepted"),
    "refused": _("declined or expired"),
    "answered": _("accepted, declined or expired"),
    "in_time": _("accepted in time"),
    "late": _("late"),
    "touched": _("first touch in time"),
    "untouched": _("no first touch in time"),
}


class HandoffListFilter(django_filters.FilterSet):
    """Figures link here: each choice of ``answer`` is what one of them counts."""

    status = django_filters.ChoiceFilter(
        choices=Handoff.Status.choices, label=_("State")
    )
    answer = django_filters.ChoiceFilter(
        choices=list(LABELS.items()), method="by_answer", label=_("Answer")
    )
    offered_since = MomentFilter(
        field_name="offered_at", lookup_expr="gte", label=_("Offered since")
    )
    offered_before = MomentFilter(
        field_name="offered_at", lookup_expr="lt", label=_("Offered before")
    )

    class Meta:
        model = Handoff
        fields: list[str] = []

    def by_answer(
        self, rows: HandoffQuerySet, name: str, value: str
    ) -> HandoffQuerySet:
        return ANSWERS[value](rows, timezone.now())

    def chips(self) -> list[dict[str, Any]]:
        """The filters that are set but the state, which has its tabs."""
        found = []
        for name, definition in self.filters.items():
            value = self.form.cleaned_data.get(name)
            if not value or name == "status":
                continue
            shown = LABELS.get(value)
            if shown is None:
                shown = date_format(localtime(value), "DATETIME_FORMAT")
            rest = self.data.copy()
            for gone in (name, "cursor"):
                rest.pop(gone, None)
            url = f"?{rest.urlencode()}"
            found.append({"label": definition.label, "value": shown, "url": url})
        return found
