"""What sales does about what happens below."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.models import User
from accounts.signals import user_left
from sales.services.handoffs import hand_off
from sales.services.leaving import pass_on_handoffs
from scoring.models import Crossing
from scoring.signals import lead_sales_ready


@receiver(lead_sales_ready, dispatch_uid="sales.hand_off")
def hand_off_sales_ready_lead(
    *, crossing: Crossing, at: datetime, **kwargs: Any
) -> None:
    hand_off(crossing=crossing, at=at)


@receiver(user_left, dispatch_uid="sales.pass_on_handoffs")
def pass_on_what_was_with_who_left(
    *, user: User, by: User | None, at: datetime, **kwargs: Any
) -> None:
    pass_on_handoffs(user=user, by=by, at=at)
