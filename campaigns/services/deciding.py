"""What people decide about mails of which nobody knows whether they arrived."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models.message import Message, MessageEvent, new_token
from campaigns.services.steps import track_sent
from campaigns.signals import messages_settled
from campaigns.tasks import send_messages
from contacts.services.touches import lock_guard
from leadhub.errors import DomainError
from leadhub.queue import enqueue

ARRIVED, SEND_AGAIN = "decided_arrived", "decided_again"


class NotUnknown(DomainError):
    code = "not_unknown"


@transaction.atomic
def decide_unknown(
    *, message: Message, arrived: bool, by: User | None, at: datetime
) -> Message:
    """Settle that the mail arrived, or have it sent once more; kept with who said so.

    Once more is a mail of its own, which the gate is asked about anew. Raises
    ``NotUnknown``.
    """
    lock_guard(contact_id=message.contact_id)
    rows = Message.objects.select_for_update(no_key=True, of=("self",))
    message = rows.select_related("contact", "measure", "by").get(pk=message.pk)
    if message.state != Message.State.UNKNOWN:
        raise NotUnknown(_("It is known what became of this mail."))
    message.owner, message.lease_until, message.reason = "", None, ""
    if arrived:
        message.state = Message.State.SENT
    else:
        message.state, message.due_at, message.token = "queued", at, new_token()
    message.save(
        update_fields=["owner", "lease_until", "reason", "state", "due_at", "token"]
    )
    MessageEvent.objects.create(
        message=message, name=ARRIVED if arrived else SEND_AGAIN, at=at, by=by
    )
    if arrived:
        track_sent(message, at=at)
        messages_settled.send(sender=Message, messages=[message], at=at)
    else:
        enqueue(send_messages)
    return message
