"""REST: who may change a contact that others may only see."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied

from accounts.models import User
from accounts.permissions import scope
from contacts.models import Contact


def must_be_theirs(contact: Contact, user: User) -> None:
    """Raises ``PermissionDenied`` if it is a colleague's."""
    if not scope(user, Contact, "update").filter(pk=contact.pk).exists():
        raise PermissionDenied(_("You may not change this contact."))
