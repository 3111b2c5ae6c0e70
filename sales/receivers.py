"""What sales does about what happens below."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.models import Notification, User
from accounts.signals import lines_answered, user_left
from contacts.signals import contacts_changed
from journeys.models import Interaction
from journeys.signals import interactions_tracked
from leadhub.queue import enqueue
from sales.selectors.promises import TOUCHES
from sales.services.handoffs import hand_off
from sales.services.leaving import pass_on_deals, pass_on_handoffs
from sales.services.replies import mark_replies
from sales.services.scores import wake_where_score_changed
from sales.services.tasks import cancel_forbidden_calls, follow_lines, pass_on_tasks
from sales.tasks import keep_promises, tell_replies
from scoring.models import Crossing
from scoring.signals import lead_sales_ready, scores_counted


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


@receiver(interactions_tracked, dispatch_uid="sales.mark_replies")
def note_who_answered(
    *, interactions: list[Interaction], at: datetime, **kwargs: Any
) -> None:
    if mark_replies(interactions=interactions, at=at):
        enqueue(tell_replies)


@receiver(user_left, dispatch_uid="sales.pass_on_deals")
def pass_on_deals_of_who_left(
    *, user: User, by: User | None, at: datetime, **kwargs: Any
) -> None:
    pass_on_deals(user=user, by=by, at=at)


@receiver(user_left, dispatch_uid="sales.pass_on_tasks")
def pass_on_what_they_were_to_do(
    *, user: User, by: User | None, at: datetime, **kwargs: Any
) -> None:
    pass_on_tasks(user=user, at=at)


@receiver(contacts_changed, dispatch_uid="sales.cancel_forbidden_calls")
def call_nobody_who_does_not_want_it(
    *, contact_ids: set[int], at: datetime, **kwargs: Any
) -> None:
    cancel_forbidden_calls(contact_ids=contact_ids, at=at)


@receiver(lines_answered, dispatch_uid="sales.follow_lines")
def let_tasks_follow_their_lines(
    *, lines: list[Notification], answer: str, at: datetime, **kwargs: Any
) -> None:
    follow_lines(lines=lines, answer=answer, at=at)


@receiver(scores_counted, dispatch_uid="sales.wake_where_score_changed")
def bring_back_what_waits_for_another_score(
    *, contact_ids: list[int], at: datetime, **kwargs: Any
) -> None:
    wake_where_score_changed(contact_ids=contact_ids, at=at)
