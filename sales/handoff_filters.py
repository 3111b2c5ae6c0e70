"""What a list of handoffs can be narrowed to, as its page says it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.origin_filters import NumberFilter
from contacts.period_filters import MomentFilter
from sales.list_filters import ListFilters
from sales.models import Handoff, HandoffCause
from sales.models.handoff import HandoffQuerySet
from sales.selectors.promises import ANSWERS

ANSWERED = {
    "accepted": _("accepted"),
    "refused": _("declined or expired"),
    "declined": _("declined"),
    "answered": _("accepted, declined or expired"),
    "in_time": _("accepted in time"),
    "late": _("late"),
    "touched": _("first touch in time"),
    "untouched": _("no first touch in time"),
    "judged": _("in time or late"),
    "touch_judged": _("first touch in time or not"),
    "reached": _("called, met or written to"),
    "rated": _("rated by the rep"),
}


class HandoffListFilter(ListFilters):
    """Figures link here: each choice of ``answer`` is what one of them counts."""

    status = django_filters.ChoiceFilter(
        choices=Handoff.Status.choices, label=_("State")
    )
    answer = django_filters.ChoiceFilter(
        choices=list(ANSWERED.items()), method="by_answer", label=_("Answer")
    )
    offered_since = MomentFilter(
        field_name="offered_at", lookup_expr="gte", label=_("Offered since")
    )
    offered_before = MomentFilter(
        field_name="offered_at", lookup_expr="lt", label=_("Offered before")
    )

    reason = django_filters.ChoiceFilter(
        field_name="decline_reason", choices=Handoff.Reason.choices, label=_("Reason")
    )
    assignee = NumberFilter(field_name="assignee", label=_("Rep"))
    team = NumberFilter(field_name="team", label=_("Team"))
    # "rule:Asked for a demo": see sales.models.HandoffCause.
    cause = django_filters.CharFilter(method="by_cause", label=_("Led to by"))

    class Meta:
        model = Handoff
        fields: list[str] = []

    def by_answer(
        self, rows: HandoffQuerySet, name: str, value: str
    ) -> HandoffQuerySet:
        return ANSWERS[value](rows, timezone.now())

    def by_cause(self, rows: HandoffQuerySet, name: str, value: str) -> HandoffQuerySet:
        kind, _colon, cause = value.partition(":")
        led_to = HandoffCause.objects.filter(kind=kind, name=cause)
        return rows.filter(pk__in=led_to.values("handoff"))

    def shown(self, name: str, value: Any) -> Any:
        if name != "cause":
            return super().shown(name, value)
        kind, _colon, cause = value.partition(":")
        return f"{dict(HandoffCause.Kind.choices).get(kind, kind)}: {cause}"
