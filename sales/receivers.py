"""What sales does about what happens below."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.models import User
from accounts.signals import user_left
from journeys.models import Interaction
from journeys.signals import interactions_tracked
from leadhub.queue import enqueue
from sales.selectors.promises import TOUCHES
from sales.services.handoffs import hand_off
from sales.services.leaving import pass_on_deals, pass_on_handoffs
from sales.tasks import keep_promises
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


@receiver(interactions_tracked, dispatch_uid="sales.keep_promises")
def look_whether_a_promise_was_kept(
    *, interactions: list[Interaction], **kwargs: Any
) -> None:
    if any(row.kind in TOUCHES for row in interactions):
        enqueue(keep_promises)


@receiver(user_left, dispatch_uid="sales.pass_on_deals")
def pass_on_deals_of_who_left(
    *, user: User, by: User | None, at: datetime, **kwargs: Any
) -> None:
    pass_on_deals(user=user, by=by, at=at)
