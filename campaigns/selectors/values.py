"""What can be filled into a mail: a flat list of names, and a contact's texts for them.

    register_values({"top_interest": _("Strongest interest")}, top_interests)
    register_values({"download_url": _("Link to the content")})

Apps and modules add names when they start. Names without a function are those that
whoever plans the mail gives values for, in its context.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from campaigns.models.sender import Sender
from contacts.models import Contact, CustomField

Values = Callable[[Collection[Contact]], Mapping[int, Mapping[str, str]]]
Label = Promise | str

OURS: dict[str, Label] = {
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "full_name": gettext_lazy("First and last name"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "job_title": gettext_lazy("Job title"),
    "company": gettext_lazy("Company"),
    "owner_name": gettext_lazy("Name of who looks after the contact"),
    "owner_email": gettext_lazy("Address of who looks after the contact"),
    "sender_name": gettext_lazy("Name of the sender"),
}
_registered: dict[str, Label] = {}
_functions: list[Values] = []


def register_values(names: Mapping[str, Label], values: Values | None = None) -> None:
    """Let mails show these names. ``values`` gives contacts' texts, by their numbers."""
    _registered.update(names)
    if values is not None and values not in _functions:
        _functions.append(values)


def names_to_fill_in() -> dict[str, str]:
    """Name -> what it is, in the order of their groups."""
    names = {name: str(label) for name, label in (OURS | _registered).items()}
    fields = CustomField.objects.order_by("label", "pk")
    return names | {f"custom_{field.key}": field.label for field in fields}


def registered_values(contacts: Collection[Contact]) -> dict[int, dict[str, str]]:
    """Contact id -> texts for registered names; as many queries for many as for one."""
    found: dict[int, dict[str, str]] = {contact.pk: {} for contact in contacts}
    for function in _functions:
        for pk, values in function(contacts).items():
            found[pk] |= values
    return found


def values_of(
    contact: Contact,
    *,
    sender: Sender | None,
    by: User | None,
    context: Mapping[str, str],
    registered: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The contact's texts; without those that are empty.

    ``contact`` has its company and owner loaded. ``registered``: what
    ``registered_values`` has for it, if that is known. ``context`` wins.
    """
    if registered is None:
        registered = registered_values([contact])[contact.pk]
    owner = contact.owner
    values = {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "full_name": contact.full_name,
        "email": contact.email,
        "phone": contact.phone,
        "job_title": contact.job_title,
        "company": contact.company.name if contact.company else "",
        "owner_name": str(owner) if owner else "",
        "owner_email": owner.email if owner else "",
        "sender_name": str(by) if by else sender.name if sender else "",
    }
    values |= registered
    for key, value in contact.custom.items():
        values[f"custom_{key}"] = _as_text(value)
    values |= context
    return {name: text for name, text in values.items() if text.strip()}


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)
