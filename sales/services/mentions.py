"""Colleagues who are mentioned in a note: ``@anna``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Notification, User
from accounts.permissions import scope
from accounts.services.notifications import Line, renew_line
from contacts.models import Contact
from leadhub.errors import InvalidValue

# Not within an address: ada@engines.example mentions nobody.
MENTION = re.compile(r"(?<![\w@.+-])@([\w.+-]*\w)")
SHOWN = 200


class CannotSee(InvalidValue):
    code = "cannot_see"
    attr = "text"


def mentioned_in(text: str, *, contact: Contact) -> list[User]:
    """Who works here and is mentioned; other words with an @ mean nobody.

    Raises ``CannotSee`` if somebody may not read the contact.
    """
    names = {name.casefold() for name in MENTION.findall(text)}
    if not names:
        return []
    people = User.objects.active().order_by("pk")
    found = [user for user in people if user.username.casefold() in names]
    for user in found:
        if not scope(user, Contact, "read").filter(pk=contact.pk).exists():
            sentence = _("%(name)s may not see this contact.")
            raise CannotSee(sentence % {"name": user})
    return found


def tell_mentioned(
    *, people: Sequence[User], contact: Contact, text: str, by: User, at: datetime
) -> None:
    """One line for each, about each contact: the latest mention counts."""
    for user in people:
        if user.pk == by.pk:
            continue
        line = Line(
            recipient=user,
            kind=Notification.Kind.MENTION,
            key=f"mention:{contact.pk}",
            subject_id=contact.pk,
            contact_id=contact.pk,
            title=str(contact),
            subtitle=contact.company.name if contact.company else "",
            facts={"by": str(by), "text": text[:SHOWN]},
            url=reverse("contacts:detail", args=[contact.pk]),
        )
        renew_line(line=line, at=at, surfaces_at=at)
