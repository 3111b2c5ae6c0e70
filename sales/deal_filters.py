"""What a list of deals can be narrowed to, as its page says it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.filters import TextFilter
from contacts.origin_filters import NumberFilter
from contacts.period_filters import MomentFilter
from sales.list_filters import ListFilters
from sales.models import Deal, DealEvent, DealSettings


def _people(request: Any) -> QuerySet[User]:
    """Also who was shut out: closed deals stay theirs."""
    return User.objects.order_by("first_name", "last_name", "pk")


def _stages() -> list[tuple[str, str]]:
    return [(s.key, str(s)) for s in DealSettings.current().all_stages()]


class DealListFilter(ListFilters):
    """Figures link here: state, reason and period are what they count."""

    q = TextFilter(method="by_text", label=_("Search"))
    status = django_filters.ChoiceFilter(choices=Deal.Status.choices, label=_("State"))
    stage = django_filters.ChoiceFilter(choices=_stages, label=_("Stage"))
    owner = django_filters.ModelChoiceFilter(queryset=_people, label=_("Owner"))
    reason = django_filters.ChoiceFilter(
        choices=Deal.LossReason.choices, label=_("Loss reason")
    )
    due = django_filters.ChoiceFilter(
        choices=[("none", _("nothing planned"))], method="by_due", label=_("Next step")
    )
    closed_since = MomentFilter(
        field_name="closed_at", lookup_expr="gte", label=_("Closed since")
    )
    closed_before = MomentFilter(
        field_name="closed_at", lookup_expr="lt", label=_("Closed before")
    )
    opened_since = MomentFilter(
        field_name="opened_at", lookup_expr="gte", label=_("Opened since")
    )
    opened_before = MomentFilter(
        field_name="opened_at", lookup_expr="lt", label=_("Opened before")
    )
    analyzed_since = MomentFilter(method="together", label=_("Needs noted since"))
    analyzed_before = MomentFilter(method="together", label=_("Needs noted before"))
    team = NumberFilter(field_name="team", label=_("Team"))

    class Meta:
        model = Deal
        fields: list[str] = []

    def together(self, rows: QuerySet[Deal], name: str, value: Any) -> QuerySet[Deal]:
        """Not by itself: see ``filter_queryset``."""
        return rows

    def filter_queryset(self, queryset: QuerySet[Deal]) -> QuerySet[Deal]:
        rows = super().filter_queryset(queryset)
        given = self.form.cleaned_data
        since, before = given["analyzed_since"], given["analyzed_before"]
        if since is None and before is None:
            return rows
        notes = DealEvent.objects.filter(
            deal=OuterRef("pk"), kind=DealEvent.Kind.ANALYZED
        )
        notes = notes.filter(at__gte=since) if since else notes
        notes = notes.filter(at__lt=before) if before else notes
        return rows.filter(Exists(notes))

    def by_text(self, rows: QuerySet[Deal], name: str, value: str) -> QuerySet[Deal]:
        names = ("title", "contact__first_name", "contact__last_name", "company__name")
        wanted = Q()
        for field in names:
            wanted |= Q(**{f"{field}__icontains": value})
        return rows.filter(wanted)

    def by_due(self, rows: QuerySet[Deal], name: str, value: str) -> QuerySet[Deal]:
        return rows.filter(status=Deal.Status.OPEN, next_step_date=None)
