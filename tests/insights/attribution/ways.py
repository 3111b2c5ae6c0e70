"""Ways of contacts, written as one says them."""

from __future__ import annotations

from datetime import UTC, timedelta
from functools import cache

from django.utils import timezone

from journeys.models import MeasureCost
from sales.models import Handoff
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory, MeasureFactory
from tests.factories.sales import DealFactory, HandoffFactory


@cache
def noon():
    """Of yesterday, or of the day before if midnight has passed since: of one day."""
    today = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    # In UTC days have 24 hours, whatever the clocks did meanwhile.
    return (today - timedelta(days=1)).astimezone(UTC)


def ago(days, minutes=0):
    return noon() - timedelta(days=days, minutes=minutes)


def touched(contact, *touches, **fields):
    """``touches``: (channel, days before noon)."""
    return [
        InteractionFactory(
            contact=contact, channel=channel, occurred_at=ago(days), **fields
        )
        for channel, days in touches
    ]


def went(*touches, contact=None, **fields):
    """A contact who went this way and changed nothing by it."""
    contact = contact or ContactFactory(created_at=ago(200))
    touched(contact, *touches, **fields)
    return contact


def accepted(contact, *, days=0, **fields):
    fields = {"offered_at": ago(days, minutes=60), "accepted_at": ago(days)} | fields
    return HandoffFactory(contact=contact, status=Handoff.Status.CLOSED, **fields)


def won(contact, value, *, days=0, **fields):
    return DealFactory(
        contact=contact,
        status="won",
        reason="fit",
        value=value,
        opened_at=ago(days + 5),
        closed_at=ago(days),
        **fields,
    )


def costing(amount, **fields):
    """A measure that cost so much, the day before."""
    measure = MeasureFactory(**fields)
    day = noon().date()
    MeasureCost.objects.create(measure=measure, amount=amount, since_date=day)
    return measure
