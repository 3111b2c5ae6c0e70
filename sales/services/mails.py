"""A colleague's own mail to one contact."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from campaigns.models import Content, Message
from campaigns.rendering.mails import Draft
from campaigns.services.messages import plan_message
from campaigns.services.offering import send_content
from contacts.gate import Channel, Purpose, Reason, Touch
from contacts.models import Contact
from contacts.services.touches import decide_touch, lock_whoever_goes_on
from sales.services.claims import claim_contact
from sales.services.refusals import TouchRefused


def key_of_mail(contact: Contact, *, by: User, action: str) -> str:
    """Of ``by``'s own mail; ``action`` is the number of this sending."""
    return f"rep:{by.pk}:{contact.pk}:{action}"


def mail_contact(
    *,
    contact: Contact,
    subject: str,
    text: str,
    action: str,
    by: User,
    at: datetime,
    content: Content | None = None,
) -> Message:
    """Write to the contact in ``by``'s name; answers go to them. Claims the contact.

    The gate is asked first, its answer kept, and asked again when the mail leaves.
    With a ``content`` the mail has ``by``'s tracked link to it. ``action`` is the number
    of this sending: sent twice, it is one mail. Raises ``TouchRefused``, and what
    campaigns have against the words or the content.
    """
    key = key_of_mail(contact, by=by, action=action)
    with transaction.atomic():
        if known := Message.objects.filter(key=key).first():
            return known
        contact = lock_whoever_goes_on(contact)
        reasons = ask_for_mail(contact=contact, key=key, title=subject, by=by, at=at)
        if not reasons:
            words = {"contact": contact, "by": by, "at": at}
            if content is not None:
                message = send_content(
                    content=content, subject=subject, text=text, action=action, **words
                )
            else:
                message = plan_message(
                    key=key,
                    purpose=Purpose.PERSONAL,
                    kind=Message.Kind.PERSONAL,
                    title=subject,
                    draft=Draft(subject=subject, body=text),
                    **words,
                )
    # Outside: the answer of the gate stays.
    if reasons:
        raise TouchRefused(reasons)
    return message


@transaction.atomic
def ask_for_mail(
    *, contact: Contact, key: str, title: str, by: User, at: datetime
) -> list[Reason]:
    """Ask the gate whether ``by`` may write now, and keep its answer.

    If it has nothing against it, the contact is claimed: plan the mail in the same
    transaction. Else raise ``TouchRefused`` behind it, so that the answer stays.
    """
    touch = Touch(contact, Channel.EMAIL, Purpose.PERSONAL, at=at, by=by, subject=key)
    reasons = decide_touch(touch=touch, title=title)
    if not reasons:
        claim_contact(contact=contact, by=by, at=at)
    return reasons
