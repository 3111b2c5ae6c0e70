"""What the demo's contacts have agreed to, and what its form asks for."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from campaigns.models import Form
from campaigns.services.consent_texts import save_consent_text
from contacts.models import Consent, Contact

NEWSLETTER = (
    "Send me your newsletter, about twice a month, and see which of its links I follow. "
    "Every mail has a link to end this."
)
PURPOSES = [Consent.Purpose.EMAIL_MARKETING, Consent.Purpose.EMAIL_TRACKING]
# Of ten: so many agreed, the next one withdrew later, the others were never asked.
AGREED = 6


def give_permissions(
    *, form: Form, random: Random, at: datetime, after: int = 0
) -> int:
    """Let most contacts have confirmed the newsletter, and a few have ended it.

    These are those with a number above ``after``; returned is the last one's.
    """
    first = Contact.objects.order_by("created_at").first()
    asked = first.created_at if first else at
    text = save_consent_text(
        form=form,
        name="newsletter",
        text=NEWSLETTER,
        purposes=PURPOSES,
        language=form.language,
        is_required=False,
        by=None,
        at=asked,
    )
    rows = []
    contacts = Contact.objects.exclude(email="").filter(pk__gt=after)
    for contact in contacts.order_by("pk"):
        after = contact.pk
        lot = random.randrange(10)
        agreed_at = min(
            at, contact.created_at + timedelta(minutes=random.randrange(90))
        )
        proof = {
            "name": text.name,
            "version": text.version,
            "language": text.language,
            "text": text.text,
            "form": form.name,
            "url": form.public_url,
            "address": contact.email,
            "requested_at": contact.created_at.isoformat(),
            "confirmed_at": agreed_at.isoformat(),
            "confirmation": {"method": "POST", "ip": "203.0.113.7"},
        }
        source = f"form {form.slug}"
        if lot <= AGREED:
            rows += [
                Consent(
                    contact=contact,
                    purpose=purpose,
                    granted=True,
                    at=agreed_at,
                    source=source,
                    proof=proof,
                )
                for purpose in PURPOSES
            ]
        if lot == AGREED:
            ended_at = agreed_at + (at - agreed_at) / 2
            rows.append(
                Consent(
                    contact=contact,
                    purpose=Consent.Purpose.EMAIL_MARKETING,
                    granted=False,
                    at=ended_at,
                    source="unsubscribe link",
                    proof={"evidence": {"method": "POST", "ip": "203.0.113.7"}},
                )
            )
    Consent.objects.bulk_create(rows, batch_size=500)
    return after
