"""What a contact decides by a link in a mail: on, off, pause, end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import get_language

from campaigns.evidence import Evidence
from campaigns.models import AddressKey
from campaigns.purposes import OF_VISITORS, SENTENCES
from campaigns.services.messages import cancel_messages
from contacts.gate import Purpose
from contacts.models import Consent, Contact, Suppression
from contacts.services.consents import record_consents, suppress_digest
from contacts.services.touches import lock_guard, pause_touches
from journeys.models.interaction import Channel, Kind
from journeys.services.tracking import Report, track_interactions
from journeys.services.visitors import unlink_visitors

PAUSE = timedelta(days=30)
UNSUBSCRIBE = "unsubscribe link"
CENTER = "preference center"


@transaction.atomic
def unsubscribe(*, address: AddressKey, evidence: Evidence, at: datetime) -> None:
    """End all marketing by e-mail to the address, whether or not it is anybody's.

    Once this is committed no such mail passes its point of no return. Safe to repeat.
    """
    contact = address.holder
    if contact is None:
        suppress_digest(
            digest=address.digest,
            reason=Suppression.Reason.UNSUBSCRIBED,
            source=UNSUBSCRIBE,
            at=at,
        )
        return
    new = record_consents(
        contact=contact,
        decisions={Consent.Purpose.EMAIL_MARKETING: False},
        source=UNSUBSCRIBE,
        proof={"evidence": evidence.as_json()},
        at=at,
    )
    _follow_up(new, at=at)


@transaction.atomic
def choose(
    *,
    contact: Contact,
    decisions: Mapping[str, bool],
    evidence: Evidence,
    at: datetime,
) -> list[Consent]:
    """Record what the contact switched on and off; return what is new.

    What was never decided and stays off is no decision. The sentence beside the switch,
    in the language of the moment, is the proof's text. Ends what a withdrawal ends.
    """
    known = granted_purposes(contact)
    new = []
    for purpose, granted in decisions.items():
        if granted is known.get(purpose, False):
            continue
        new += record_consents(
            contact=contact,
            decisions={purpose: granted},
            source=CENTER,
            proof=_proof(purpose, evidence),
            at=at,
            is_own_word=True,
        )
    _follow_up(new, at=at)
    return new


@transaction.atomic
def withdraw_everything(
    *, contact: Contact, evidence: Evidence, at: datetime
) -> list[Consent]:
    """Withdraw all purposes, also those that were never decided."""
    new = []
    for purpose in SENTENCES:
        new += record_consents(
            contact=contact,
            decisions={purpose: False},
            source=CENTER,
            proof=_proof(purpose, evidence),
            at=at,
        )
    _follow_up(new, at=at)
    return new


@transaction.atomic
def pause(*, contact: Contact, at: datetime) -> datetime:
    """Let nothing automated touch the contact for 30 days; return until when.

    A longer pause that one of us has set stays as it is.
    """
    until = lock_guard(contact_id=contact.pk).paused_until
    if until is None or until < at + PAUSE:
        until = at + PAUSE
        pause_touches(contact=contact, until=until, by=None, at=at)
    return until


def granted_purposes(contact: Contact) -> dict[str, bool]:
    """purpose -> whether it is granted now, for purposes ever decided about.

    A suppressed address gets no mail, whatever was agreed before.
    """
    rows = contact.consents.order_by("at", "pk")
    known = dict(rows.values_list("purpose", "granted"))
    silenced = Suppression.objects.of_address(contact.email).filter(
        lifted_at=None, reason__in=Suppression.LIFTED_BY_OPT_IN
    )
    if known.get(Consent.Purpose.EMAIL_MARKETING) and silenced.exists():
        known[Consent.Purpose.EMAIL_MARKETING] = False
    return known


def _proof(purpose: str, evidence: Evidence) -> dict[str, Any]:
    return {
        "text": str(SENTENCES[Consent.Purpose(purpose)]),
        "language": get_language() or "",
        "evidence": evidence.as_json(),
    }


def _follow_up(new: list[Consent], *, at: datetime) -> None:
    """Do at once what a withdrawal means elsewhere."""
    withdrawn = {row.purpose: row for row in new if not row.granted}
    if not withdrawn:
        return
    # Who goes on, if the contact was merged meanwhile: whose guard is locked.
    contact = new[0].contact
    if withdrawn.keys() & OF_VISITORS:
        unlink_visitors(contact=contact, at=at)
    ended = withdrawn.get(Consent.Purpose.EMAIL_MARKETING)
    if ended is None:
        return
    # The gate would refuse them; so they are not even tried.
    cancel_messages(
        contact=contact, purpose=Purpose.MARKETING, reason="withdrawn", at=at
    )
    report = Report(
        contact=contact,
        kind=Kind.UNSUBSCRIBE,
        source=ended.source,
        occurred_at=at,
        event_id=f"consent:{ended.pk}",
        channel=Channel.EMAIL,
    )
    track_interactions(reports=[report], at=at)
