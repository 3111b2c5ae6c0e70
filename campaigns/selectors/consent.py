"""What a contact has agreed to, as far as mails ask for it."""

from __future__ import annotations

from collections.abc import Collection

from contacts.models import Consent, Contact

TRACKING = Consent.Purpose.EMAIL_TRACKING


def agrees_to_tracking(contact: Contact) -> bool:
    """Whether opens and clicks may be told to be this contact's."""
    return contact.pk in who_agrees_to_tracking([contact])


def who_agrees_to_tracking(contacts: Collection[Contact]) -> set[int]:
    """Of these contacts; one query."""
    latest = Consent.objects.latest_of({contact.pk for contact in contacts}, {TRACKING})
    return {pk for (pk, _purpose), granted in latest.items() if granted}
