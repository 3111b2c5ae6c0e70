"""What the verbs about contacts refuse."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from contacts.models.contact import Contact
from leadhub.errors import DomainError


class EmailTaken(DomainError):
    """``contact`` is the one who has the address."""

    code = "email_taken"
    attr = "email"

    def __init__(self, contact: Contact, *, by: User | None) -> None:
        self.contact = contact
        sentence = _("This e-mail address belongs to another contact.")
        seen = Contact.objects.all()
        if by is not None:
            seen = Contact.objects.visible_to(by, "read")
        if seen.filter(pk=contact.pk).exists():
            sentence = _("This e-mail address belongs to contact %(id)s, %(name)s.") % {
                "id": contact.pk,
                "name": contact,
            }
        super().__init__(sentence)


class IdentifierTaken(DomainError):
    code = "identifier_taken"

    def __init__(self, key: str) -> None:
        self.attr = f"custom.{key}"
        super().__init__(_("Another contact has this value already."))


class Merged(DomainError):
    """``contact`` was merged into ``survivor``."""

    code = "merged"

    def __init__(self, contact: Contact, survivor_id: int) -> None:
        self.contact, self.survivor_id = contact, survivor_id
        sentence = _("%(name)s was merged into contact %(id)s.")
        super().__init__(sentence % {"name": contact, "id": survivor_id})


class NotAllowed(DomainError):
    code = "permission_denied"
