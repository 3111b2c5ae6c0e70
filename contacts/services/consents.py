"""Giving and withdrawing permission, and addresses that must not be written to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import EventType, User
from accounts.services.webhook_events import tell_webhooks
from contacts.digests import address_digest
from contacts.models.consent import Consent
from contacts.models.contact import Contact
from contacts.models.touch import Suppression
from contacts.services.touches import lock_guard, lock_whoever_goes_on
from contacts.signals import contacts_changed
from contacts.telling import news_of
from contacts.text import clean_text
from leadhub.errors import InvalidValue


class NoReason(InvalidValue):
    code = "required"
    attr = "reason"


@transaction.atomic
def record_consents(
    *,
    contact: Contact,
    decisions: Mapping[str, bool],
    source: str,
    proof: Mapping[str, Any],
    at: datetime,
    is_own_word: bool = False,
) -> list[Consent]:
    """Append what the contact decided about purposes; return the new rows.

    ``decisions``: purpose -> granted. ``proof`` holds what shows it: the text as
    shown, form, page, cut IP, user agent. What is the case already is not repeated.

    An opt-in to marketing by e-mail lifts an earlier unsubscribe of the address, and
    a withdrawal of it is one. ``is_own_word``: whoever decided has shown that the
    address is theirs; their opt-in lifts an objection and an erasure too. Sends
    ``contacts_changed`` if anything is new.
    """
    contact = lock_whoever_goes_on(contact)
    now_granted = _granted(contact)
    new = [
        Consent(
            contact=contact,
            purpose=Consent.Purpose(purpose),
            granted=granted,
            at=at,
            source=source[:80],
            proof=dict(proof),
        )
        for purpose, granted in decisions.items()
        if now_granted.get(purpose) is not granted
    ]
    Consent.objects.bulk_create(new)
    about_mail = decisions.get(Consent.Purpose.EMAIL_MARKETING)
    if contact.email and about_mail is True:
        unsubscribed = [Suppression.Reason.UNSUBSCRIBED]
        lifted = Suppression.LIFTED_BY_OPT_IN if is_own_word else unsubscribed
        _lift(contact.email, lifted, at=at)
    if contact.email and about_mail is False:
        suppress_address(
            address=contact.email,
            reason=Suppression.Reason.UNSUBSCRIBED,
            source=source,
            at=at,
            contact=contact,
        )
    if new:
        purposes = {str(row.purpose): row.granted for row in new}
        told = news_of(contact.pk, purposes=purposes)
        tell_webhooks(news={EventType.CONSENT_CHANGED: [told]}, at=at)
        contacts_changed.send(sender=Contact, contact_ids={contact.pk}, at=at)
    return new


@transaction.atomic
def suppress_address(
    *,
    address: str,
    reason: Suppression.Reason,
    source: str,
    at: datetime,
    until: datetime | None = None,
    contact: Contact | None = None,
    detail: str = "",
    by: User | None = None,
) -> Suppression:
    """Never write to the address again, or not before ``until``. Safe to repeat.

    A repeat with a later end moves the end; one that is for good stays so. Sends
    ``contacts_changed`` if there is a contact with the address.
    """
    if contact is None:
        key = Contact.key_of(address)
        contact = Contact.everyone.addressed([key]).get(key)
    return suppress_digest(
        digest=address_digest(address),
        reason=reason,
        source=source,
        at=at,
        until=until,
        contact=contact,
        detail=detail,
        by=by,
    )


@transaction.atomic
def suppress_digest(
    *,
    digest: str,
    reason: Suppression.Reason,
    source: str,
    at: datetime,
    until: datetime | None = None,
    contact: Contact | None = None,
    detail: str = "",
    by: User | None = None,
) -> Suppression:
    """The same for an address of which only the digest is left."""
    if contact is not None:
        contact = lock_whoever_goes_on(contact)
    row, is_new = Suppression.objects.get_or_create(
        digest=digest,
        reason=reason,
        lifted_at=None,
        defaults={
            "contact": contact,
            "at": at,
            "until": until,
            "source": source[:80],
            "detail": detail[:300],
            "by": by,
        },
    )
    if is_new and contact is not None:
        contacts_changed.send(sender=Contact, contact_ids={contact.pk}, at=at)
    lasts_longer = row.until is not None and (until is None or until > row.until)
    if not is_new and lasts_longer:
        row.until = until
        row.save(update_fields=["until"])
    return row


@transaction.atomic
def lift_suppression(
    *, suppression: Suppression, by: User | None, reason: str, at: datetime
) -> Suppression:
    """Let the address be written to again, as far as this row forbade it.

    ``reason`` says why; who did it and when is kept with it. A repeat keeps the first.
    Raises ``NoReason``.
    """
    reason = clean_text(reason, attr="reason", max_length=300)
    if not reason:
        raise NoReason(_("Say why this address may be written to again."))
    if suppression.contact_id is not None:
        lock_guard(contact_id=suppression.contact_id)
    rows = Suppression.objects.filter(pk=suppression.pk, lifted_at=None)
    rows.update(lifted_at=at, lifted_by=by, lift_reason=reason)
    suppression.refresh_from_db()
    return suppression


def _lift(address: str, reasons: Sequence[Suppression.Reason], *, at: datetime) -> None:
    rows = Suppression.objects.of_address(address)
    rows = rows.filter(reason__in=reasons, lifted_at=None)
    rows.update(lifted_at=at, lift_reason="opt-in")


def _granted(contact: Contact) -> dict[str, bool]:
    """purpose -> whether it is granted now, for purposes ever decided about."""
    rows = Consent.objects.filter(contact=contact).order_by("at", "pk")
    return dict(rows.values_list("purpose", "granted"))
