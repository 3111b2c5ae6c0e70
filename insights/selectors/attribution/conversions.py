"""What attribution takes for a conversion: a handoff accepted, a deal won."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from insights.selectors.periods import Period
from sales.models import Deal, Handoff


@dataclass(frozen=True, slots=True)
class Conversion:
    """One of a contact. ``value`` is in the firm's currency; None: nobody knows it."""

    pk: int
    contact_id: int
    at: datetime
    value: Decimal | None
    # When the contact became known, and when it was handed to sales: milestones.
    known_at: datetime
    handed_at: datetime


@dataclass(frozen=True, slots=True)
class ConversionKind:
    name: str
    label: str | Promise
    model: type[Handoff] | type[Deal]
    # Of rows those that converted in a period.
    within: Callable[[QuerySet, Period], QuerySet]
    read: Callable[[QuerySet], list[Conversion]]
    has_value: bool

    def load(self, rows: QuerySet, period: Period) -> list[Conversion]:
        """The latest first; one query."""
        return self.read(self.within(rows, period))

    def contacts(self, period: Period) -> QuerySet:
        """The numbers of all who converted in the period, whoever may see them."""
        rows = self.within(self.model._default_manager.all(), period)
        return rows.order_by().values("contact")


def _accepted(rows: QuerySet, period: Period) -> QuerySet:
    return rows.filter(accepted_at__gte=period.since, accepted_at__lt=period.until)


def _read_handoffs(rows: QuerySet) -> list[Conversion]:
    fields = ("pk", "contact_id", "accepted_at", "contact__created_at", "offered_at")
    return [
        Conversion(pk, contact_id, at, None, known_at, handed_at)
        for pk, contact_id, at, known_at, handed_at in rows.order_by(
            "-accepted_at", "-pk"
        ).values_list(*fields)
    ]


def _won(rows: QuerySet, period: Period) -> QuerySet:
    won = rows.filter(status=Deal.Status.WON)
    return won.filter(closed_at__gte=period.since, closed_at__lt=period.until)


def _read_deals(rows: QuerySet) -> list[Conversion]:
    fields = (
        *("pk", "contact_id", "closed_at", "value", "contact__created_at"),
        *("handoff__offered_at", "opened_at"),
    )
    return [
        Conversion(pk, contact_id, at, value, known_at, offered_at or opened_at)
        for pk, contact_id, at, value, known_at, offered_at, opened_at in rows.order_by(
            "-closed_at", "-pk"
        ).values_list(*fields)
    ]


CONVERSIONS = {
    kind.name: kind
    for kind in (
        ConversionKind(
            "handoff_accepted",
            _("Handoffs accepted"),
            Handoff,
            _accepted,
            _read_handoffs,
            has_value=False,
        ),
        ConversionKind(
            "deal_won", _("Deals won"), Deal, _won, _read_deals, has_value=True
        ),
    )
}
