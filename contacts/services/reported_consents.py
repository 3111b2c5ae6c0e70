"""Permissions that one of us, or a program of ours, reports for a contact."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.models.consent import Consent
from contacts.models.contact import Contact
from contacts.services.consents import record_consents
from contacts.text import clean_text
from leadhub.errors import InvalidValue


class NoOrigin(InvalidValue):
    code = "required"
    attr = "how"


@transaction.atomic
def report_consent(
    *,
    contact: Contact,
    purpose: str,
    granted: bool,
    how: str,
    by: User,
    source: str,
    at: datetime,
    text: str = "",
) -> tuple[Consent, bool]:
    """Record what the contact said to one of us; return the row and whether it is new.

    ``how`` says where it comes from, e.g. "On the phone on 3 March"; without that it
    proves nothing. ``text`` is what they agreed to. What is the case already gives the
    row that says so. Raises ``NoOrigin``.
    """
    how = clean_text(how, attr="how", max_length=300)
    if not how:
        raise NoOrigin(_("Say where this comes from: it is the proof."))
    text = clean_text(text, attr="text", max_length=5_000, multiline=True)
    proof = {"how": how, "text": text, "recorded_by": str(by), "user": by.pk}
    new = record_consents(
        contact=contact,
        decisions={purpose: granted},
        source=source,
        proof=proof,
        at=at,
    )
    if new:
        return new[0], True
    rows = Consent.objects.filter(contact=contact, purpose=purpose)
    return rows.order_by("-at", "-pk")[0], False
