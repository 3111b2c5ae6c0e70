"""In which language we speak to a contact."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import get_language

from contacts.models import Contact


def language_for(contact: Contact | None) -> str:
    """The contact's own if we speak it, else that of the moment: the browser's."""
    wanted = contact.language if contact else ""
    code = wanted.replace("_", "-").partition("-")[0].lower()
    known = dict(settings.LANGUAGES)
    return code if code in known else get_language() or settings.LANGUAGE_CODE
