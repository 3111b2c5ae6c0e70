"""A rep takes a conversation for themselves, and lets it go."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models import Enrollment
from campaigns.services.enrollments import stop_enrollments
from campaigns.services.messages import cancel_messages
from contacts.models import Contact
from contacts.services.touches import lock_whoever_goes_on
from leadhub.errors import DomainError
from sales.models import Claim

CLAIM_LASTS = timedelta(hours=4)


class Claimed(DomainError):
    """``claim`` is the live one of the colleague."""

    code = "claimed"

    def __init__(self, claim: Claim) -> None:
        sentence = _("%(name)s is talking to this contact.")
        super().__init__(sentence % {"name": claim.rep})
        self.claim = claim


class NotYours(DomainError):
    code = "not_your_claim"


@transaction.atomic
def claim_contact(*, contact: Contact, by: User, at: datetime) -> Claim:
    """Let nobody and nothing else touch the contact for four hours.

    Once this is committed no automated mail passes its point of no return, the
    contact's sequences are over, and no mail follows an event they were at. Claiming
    what is one's own already makes the four hours begin anew. Raises ``Claimed``.
    """
    contact = lock_whoever_goes_on(contact)
    rows = Claim.objects.filter(contact=contact, released_at=None)
    current = rows.select_related("rep").first()
    if current is not None and current.until <= at:
        current.released_at = current.until
        current.save(update_fields=["released_at"])
        current = None
    if current is None:
        stop_enrollments(contact_ids=[contact.pk], end=Enrollment.End.CLAIMED, at=at)
        cancel_messages(contact=contact, keys_like="event:", reason="claimed", at=at)
        return Claim.objects.create(
            contact=contact, rep=by, at=at, until=at + CLAIM_LASTS
        )
    if current.rep_id != by.pk:
        raise Claimed(current)
    current.until = at + CLAIM_LASTS
    current.save(update_fields=["until"])
    return current


@transaction.atomic
def release_contact(*, contact: Contact, by: User, at: datetime) -> None:
    """End the claim on the contact. Safe to repeat; without a claim nothing happens.

    Raises ``NotYours`` for a colleague's, unless ``by`` leads.
    """
    contact = lock_whoever_goes_on(contact)
    claim = Claim.objects.live(at=at).filter(contact=contact).first()
    if claim is None:
        return
    if claim.rep_id != by.pk and not by.leads:
        raise NotYours(_("Only who claimed this contact can release it."))
    claim.released_at = at
    claim.save(update_fields=["released_at"])
