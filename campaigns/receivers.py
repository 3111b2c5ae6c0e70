"""What campaigns do about what happens below."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from anymail.signals import (
    AnymailInboundEvent,
    AnymailTrackingEvent,
    inbound,
    tracking,
)
from django.dispatch import receiver
from django.utils import timezone

from campaigns.mailing.returned import Unreadable
from campaigns.models import Message
from campaigns.services.enrollments import (
    go_on_after_messages,
    stop_by_interactions,
    wake_enrollments,
)
from campaigns.services.interest_marks import (
    mark_counted_interests_stale,
    mark_interests_stale,
)
from campaigns.services.reports import MailReport, note_report
from campaigns.services.returned import take_returned_mail
from campaigns.signals import messages_settled
from contacts.signals import contacts_changed
from journeys.models import Interaction
from journeys.signals import interactions_tracked

logger = logging.getLogger(__name__)


@receiver(interactions_tracked, dispatch_uid="campaigns.stop_enrollments")
def stop_where_people_talk(
    *, interactions: list[Interaction], at: datetime, **kwargs: Any
) -> None:
    stop_by_interactions(interactions=interactions, at=at)


@receiver(interactions_tracked, dispatch_uid="campaigns.mark_interests_stale")
def mark_interests_of_tracked_contacts(
    *, interactions: list[Interaction], at: datetime, **kwargs: Any
) -> None:
    known = {row.contact_id for row in interactions if row.contact_id is not None}
    if known:  # most views of pages are nobody's
        mark_interests_stale(contact_ids=known, at=at)


@receiver(contacts_changed, dispatch_uid="campaigns.mark_changed_interests")
def mark_interests_of_changed_contacts(
    *, contact_ids: set[int], at: datetime, **kwargs: Any
) -> None:
    """Their zone may be another, or what they did turned out to be a machine's."""
    mark_counted_interests_stale(contact_ids=contact_ids, at=at)


@receiver(contacts_changed, dispatch_uid="campaigns.wake_enrollments")
def look_again_at_changed_contacts(
    *, contact_ids: set[int], at: datetime, **kwargs: Any
) -> None:
    wake_enrollments(contact_ids=contact_ids, at=at)


@receiver(messages_settled, dispatch_uid="campaigns.go_on_after_messages")
def go_on_with_sequences(
    *, messages: list[Message], at: datetime, **kwargs: Any
) -> None:
    go_on_after_messages(messages=messages, at=at)


@receiver(tracking, dispatch_uid="campaigns.note_report")
def take_what_a_provider_reports(*, event: AnymailTrackingEvent, **kwargs: Any) -> None:
    now = timezone.now()
    report = MailReport(
        token=str((event.metadata or {}).get("token", "")),
        what=event.event_type,
        at=event.timestamp or now,
        reason=event.reject_reason or "",
        answer=event.mta_response or event.description or "",
        url=event.click_url or "",
        user_agent=event.user_agent or "",
    )
    note_report(report, at=now)


@receiver(inbound, dispatch_uid="campaigns.take_inbound_mail")
def take_what_was_written_to_us(*, event: AnymailInboundEvent, **kwargs: Any) -> None:
    try:
        take_returned_mail(raw=event.message.as_bytes(), at=timezone.now())
    except (Unreadable, UnicodeError, LookupError) as error:
        # The provider would bring it again and again.
        logger.warning("A mail from the provider is unreadable: %s", error)
