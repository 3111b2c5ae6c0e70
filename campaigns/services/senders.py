"""Who mails come from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.colors import COLOR, READABLE, WHITE, contrast
from campaigns.models.sender import Sender
from contacts.text import clean_text
from leadhub.errors import DomainError, InvalidValue


class SenderMissing(DomainError):
    code = "sender_missing"


def sender_for_marketing() -> Sender:
    """Whom marketing mails come from. Raises ``SenderMissing``."""
    sender = Sender.objects.current()
    if sender is None:
        raise SenderMissing(
            _("Say first who mails come from, with an imprint: Campaigns, Sender.")
        )
    return sender


@transaction.atomic
def save_sender(*, by: User | None, at: datetime, **values: Any) -> Sender:
    """Set who mails come from, and how many of them, when. Raises ``InvalidValue``."""
    sender = Sender.objects.select_for_update(no_key=True).first() or Sender(pk=1)
    for name, value in values.items():
        setattr(sender, name, value)
    sender.name = clean_text(sender.name, attr="name", max_length=100)
    sender.imprint = clean_text(
        sender.imprint, attr="imprint", max_length=2000, multiline=True
    )
    sender.color = sender.color.strip().lower()
    if sender.color:
        _check_color(sender.color)
    if (sender.quiet_from is None) != (sender.quiet_until is None):
        missing = "quiet_from" if sender.quiet_from is None else "quiet_until"
        raise InvalidValue(_("Both, or none for no quiet hours."), attr=missing)
    sender.updated_at, sender.updated_by = at, by
    unset = {"quiet_from", "quiet_until"} if sender.quiet_from is None else set()
    try:
        sender.clean_fields(exclude={"updated_by", *unset})
    except ValidationError as error:
        attr, sentences = next(iter(error.message_dict.items()))
        raise InvalidValue(sentences[0], attr=attr) from error
    sender.save()
    return sender


def _check_color(color: str) -> None:
    if not COLOR.fullmatch(color):
        raise InvalidValue(_("A color is written like #1d5a8a."), attr="color")
    ratio = contrast(color, WHITE)
    if ratio < READABLE:
        sentence = _(
            "White text on this color is hard to read: its contrast is %(ratio)s to 1, "
            "and must be 4.5 to 1. Take a darker one."
        )
        raise InvalidValue(sentence % {"ratio": f"{ratio:.1f}"}, attr="color")
