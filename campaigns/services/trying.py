"""A mail as it would arrive, without sending it; and sending it to oneself."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.mailing.composing import Mail, compose
from campaigns.mailing.lines import (
    KeepingLine,
    Refused,
    Unclear,
    Unreachable,
    open_line,
)
from campaigns.models.message import Message
from campaigns.models.sender import Sender
from campaigns.rendering.layout import Frame
from campaigns.rendering.mails import Draft, Rendered, check_draft, render_mail
from campaigns.selectors.values import names_to_fill_in, values_of
from contacts.gate import Purpose
from contacts.models import Contact
from leadhub.errors import DomainError


class NotSent(DomainError):
    code = "not_sent"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a mailbox would show of it, and what it says when opened."""

    sender: str
    recipient: str
    rendered: Rendered


def preview_mail(*, draft: Draft, contact: Contact, language: str, by: User) -> Preview:
    """The mail as ``contact`` would get it. Nothing is stored; links lead nowhere new.

    Raises what ``campaigns.rendering`` has against it, also ``Unresolved``.
    """
    check_draft(draft, names=names_to_fill_in())
    sender = Sender.objects.current()
    rendered = _rendered(draft, contact, sender=sender, language=language)
    name = str(sender) if sender else settings.DEFAULT_FROM_EMAIL
    return Preview(name, contact.email, rendered)


def send_test_mail(
    *, draft: Draft, contact: Contact, language: str, to: User, at: datetime
) -> None:
    """Send the mail as ``contact`` would get it to one of us instead.

    The gate is not asked: it is not for the contact. Talks to the mail server, so not
    to be called in a transaction. Raises ``NotSent``, and what ``preview_mail`` does.
    """
    check_draft(draft, names=names_to_fill_in())
    sender = Sender.objects.current()
    rendered = _rendered(draft, contact, sender=sender, language=language)
    mail = _to_colleague(rendered, sender=sender, to=to, at=at)
    with closing(open_line()) as line:
        if isinstance(line, KeepingLine):
            sentence = _("No mail server is set up, so nothing was sent.")
            raise NotSent(sentence)
        try:
            line.offer(mail)
            line.transmit(mail)
        except (Refused, Unreachable, Unclear) as error:
            sentence = _("The mail server did not take it: %(why)s")
            raise NotSent(sentence % {"why": error}) from error


def _rendered(
    draft: Draft, contact: Contact, *, sender: Sender | None, language: str
) -> Rendered:
    frame = Frame(
        language=language,
        imprint=sender.imprint if sender else "",
        unsubscribe_url=f"{settings.SITE_URL}/unsubscribe/preview",
        preference_url=f"{settings.SITE_URL}/preferences/preview",
    )
    values = values_of(contact, sender=sender, by=None, context={})
    return render_mail(draft, values=values, frame=frame)


def _to_colleague(
    rendered: Rendered, *, sender: Sender | None, to: User, at: datetime
) -> Mail:
    recipient = Contact(
        email=to.email, first_name=to.first_name, last_name=to.last_name
    )
    message = Message(contact=recipient, purpose=Purpose.SERVICE, planned_at=at)
    subject = _("[Test] %(subject)s") % {"subject": rendered.subject}
    shown = Rendered(subject, rendered.preheader, rendered.html, rendered.text)
    return compose(shown, message=message, sender=sender)
