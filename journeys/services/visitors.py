"""Verbs about browsers that agreed to be recognized, and whose they are."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex

from django.db import transaction

from contacts.models import Consent, Contact
from contacts.services.consents import record_consents
from journeys.models import Interaction, Visitor
from journeys.signals import interactions_tracked

TYPED, CLICKED, CONFIRMED = 1, 2, 3
CHUNK = 5_000


def recognize_visitor(
    *, key: str, at: datetime, consent_text: str = ""
) -> Visitor | None:
    """Return the visitor with this secret, who consents; None if it was withdrawn.

    An unknown one is stored, as of ``at``.
    """
    digest = Visitor.digest_of(key)
    visitor = next(iter(Visitor.objects.filter(digest=digest)), None)
    if visitor is None:
        new = Visitor(
            digest=digest, consented_at=at, created_at=at, consent_text=consent_text
        )
        # Two pages of a browser may report at once.
        Visitor.objects.bulk_create([new], ignore_conflicts=True)
        visitor = Visitor.objects.get(digest=digest)
    return None if visitor.withdrawn_at else visitor


@transaction.atomic
def withdraw_consent(*, key: str, at: datetime) -> None:
    """Forget whose this browser is, and which interactions were its.

    What is the contact's stays the contact's; the rest can never again be told apart.
    The secret stays known as withdrawn: what still comes with it is nobody's.
    """
    visitor = _locked(Visitor.digest_of(key))
    if visitor is None or visitor.withdrawn_at:
        return
    if visitor.contact is not None:
        _note_consent(visitor, visitor.contact, granted=False, at=at)
    visitor.contact, visitor.level, visitor.withdrawn_at = None, 0, at
    visitor.save(update_fields=["contact", "level", "withdrawn_at"])
    Interaction.objects.filter(visitor=visitor).update(visitor=None)


@transaction.atomic
def unlink_visitors(*, contact: Contact, at: datetime) -> int:
    """The contact withdraws: forget which browsers are theirs; return how many were.

    As if each of them had withdrawn, so that nothing that comes from them later is
    anybody's.
    """
    rows = Visitor.objects.select_for_update(no_key=True, of=("self",))
    pks = [row.pk for row in rows.filter(contact=contact).order_by("pk")]
    Visitor.objects.filter(pk__in=pks).update(contact=None, level=0, withdrawn_at=at)
    Interaction.objects.filter(visitor__in=pks).update(visitor=None)
    return len(pks)


@transaction.atomic
def join_visitor(
    *,
    visitor: Visitor,
    contact: Contact,
    level: int,
    at: datetime,
    with_history: bool = False,
) -> Visitor:
    """Let the visitor be the contact from now on; return who the browser is now.

    A browser that is somebody else's already becomes nobody's: the visitor that is
    returned is a new one under the same secret, without a contact. With
    ``with_history`` what it did before is the contact's too; ``interactions_tracked``
    is sent for that.

    Safe to repeat; a higher level is kept.
    """
    locked = _locked(visitor.digest)
    if locked is None or locked.withdrawn_at:
        return visitor
    if locked.contact_id not in (None, contact.pk):
        return renew_visitor(visitor=locked, at=at)
    if locked.contact_id is None:
        _note_consent(locked, contact, granted=True, at=at)
    if locked.contact_id is None or locked.level < level:
        locked.contact, locked.level = contact, max(level, locked.level)
        locked.save(update_fields=["contact", "level"])
    if with_history:
        _hand_over_history(locked, contact, at=at)
    return locked


@transaction.atomic
def renew_visitor(*, visitor: Visitor, at: datetime) -> Visitor:
    """Let this browser start anew: its secret now names a visitor that is nobody's.

    The old one keeps its history and its contact, and is never seen again. The browser
    keeps its cookie and learns nothing.
    """
    digest = visitor.digest
    visitor.digest = Visitor.digest_of(token_hex(16))
    visitor.save(update_fields=["digest"])
    return Visitor.objects.create(
        digest=digest,
        consent_text=visitor.consent_text,
        consented_at=visitor.consented_at,
        created_at=at,
    )


def _note_consent(
    visitor: Visitor, contact: Contact, *, granted: bool, at: datetime
) -> None:
    """What this browser said about being recognized, its contact has said."""
    if not visitor.consent_text:
        return  # nothing that would prove it
    given_at = visitor.consented_at.isoformat()
    record_consents(
        contact=contact,
        decisions={Consent.Purpose.WEB_TRACKING: granted},
        source="website",
        proof={"text": visitor.consent_text, "given_at": given_at},
        at=at,
    )


def _locked(digest: str) -> Visitor | None:
    rows = Visitor.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("contact").filter(digest=digest).first()


def _hand_over_history(visitor: Visitor, contact: Contact, *, at: datetime) -> None:
    history = Interaction.objects.filter(visitor=visitor, contact=None)
    while rows := list(history.order_by("occurred_at", "pk")[:CHUNK]):
        ids = [row.pk for row in rows]
        # Recorded now, as far as the contact is concerned: no score has counted it.
        Interaction.objects.filter(pk__in=ids).update(contact=contact, recorded_at=at)
        for row in rows:
            row.contact, row.recorded_at = contact, at
        interactions_tracked.send(sender=Interaction, interactions=rows, at=at)
