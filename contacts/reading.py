"""Whether somebody may read a contact, for those who know its number only."""

from accounts.models import User
from accounts.permissions import scope
from contacts.models import Contact


def may_read_contact(user: User, contact_id: int) -> bool:
    return scope(user, Contact, "read").filter(pk=contact_id).exists()
