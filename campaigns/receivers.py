"""What campaigns do about what happens below."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from campaigns.models import Message
from campaigns.services.enrollments import (
    go_on_after_messages,
    stop_by_interactions,
    wake_enrollments,
)
from campaigns.signals import messages_settled
from contacts.signals import contacts_changed
from journeys.models import Interaction
from journeys.signals import interactions_tracked


@receiver(interactions_tracked, dispatch_uid="campaigns.stop_enrollments")
def stop_where_people_talk(
    *, interactions: list[Interaction], at: datetime, **kwargs: Any
) -> None:
    stop_by_interactions(interactions=interactions, at=at)


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
