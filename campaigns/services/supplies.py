"""What mails need beside themselves, asked for once for all that are taken together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaigns.models import AddressKey
from campaigns.models.message import Message, MessageFile
from campaigns.selectors.consent import who_agrees_to_tracking
from campaigns.selectors.values import registered_values
from campaigns.services.addresses import keys_of
from campaigns.services.links import KnownLinks, known_links
from contacts.gate import Purpose


@dataclass(frozen=True, slots=True)
class Supplies:
    """By contact; and the links that the mails have already. Some seconds old at most."""

    keys: Mapping[int, AddressKey]
    agree_to_tracking: set[int]
    values: Mapping[int, Mapping[str, str]]
    links: KnownLinks
    # By message; most have none.
    files: Mapping[int, Sequence[MessageFile]]

    def is_tracked(self, message: Message) -> bool:
        """Whether its reader has agreed to that; what was asked for never is."""
        return (
            message.purpose != Purpose.SERVICE
            and message.contact_id in self.agree_to_tracking
        )


def supplies_for(messages: Sequence[Message]) -> Supplies:
    """In as many queries for many as for one."""
    contacts = [message.contact for message in messages]
    return Supplies(
        keys=keys_of(contact for contact in contacts if contact.email),
        agree_to_tracking=who_agrees_to_tracking(contacts),
        values=registered_values(contacts),
        links=known_links(messages),
        files=_files(messages),
    )


def _files(messages: Sequence[Message]) -> dict[int, list[MessageFile]]:
    """Only colleagues' own mails bring files along."""
    own = [mail.pk for mail in messages if mail.purpose == Purpose.PERSONAL]
    found: dict[int, list[MessageFile]] = {}
    if own:
        for file in MessageFile.objects.filter(message__in=own).order_by("pk"):
            found.setdefault(file.message_id, []).append(file)
    return found
