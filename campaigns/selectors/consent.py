"""What a contact has agreed to, as far as mails ask for it."""

from __future__ import annotations

from contacts.models import Consent, Contact


def agrees_to_tracking(contact: Contact) -> bool:
    """Whether opens and clicks may be told to be this contact's."""
    rows = Consent.objects.filter(
        contact=contact, purpose=Consent.Purpose.EMAIL_TRACKING
    )
    latest = rows.order_by("-at", "-pk").values_list("granted", flat=True).first()
    return bool(latest)
