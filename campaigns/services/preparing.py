"""A message becomes the mail that is handed over: words, links, ways out."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from campaigns.mailing.composing import Mail, compose
from campaigns.models.message import Message
from campaigns.models.sender import Sender
from campaigns.rendering.layout import Frame
from campaigns.rendering.mails import Draft, render_mail
from campaigns.selectors.values import values_of
from campaigns.services.links import hidden_link_for, link_for, pixel_for
from campaigns.services.preferences import ways_out
from campaigns.services.senders import sender_for_marketing
from campaigns.services.supplies import Supplies
from campaigns.services.templates import draft_of
from contacts.gate import Purpose
from contacts.models import Contact


def prepare(
    message: Message, *, sender: Sender | None, supplies: Supplies, at: datetime
) -> Mail:
    """The mail as it would leave now.

    Links are tracked as the contact agreed to it: personal ones and an invisible image
    with ``email_tracking``, else links that are the same for all of marketing's mails,
    which have one more that only machines find.
    What somebody has asked for is not tracked at all.

    Raises ``Unresolved``, ``BadTemplate``, ``SenderMissing``.
    """
    contact = message.contact
    is_marketing = message.purpose == Purpose.MARKETING
    if is_marketing and sender is None:
        sender = sender_for_marketing()
    is_personal = supplies.is_tracked(message)
    way_out, preferences = (
        ways_out(supplies.keys[contact.pk]) if is_marketing else ("", "")
    )
    linking = {"is_personal": is_personal, "at": at, "known": supplies.links}
    frame = Frame(
        language=language_of(message, contact),
        imprint=sender.imprint if sender else "",
        unsubscribe_url=way_out,
        preference_url=preferences,
        pixel_url=pixel_for(message, at=at, known=supplies.links)
        if is_personal
        else "",
        hidden_url=hidden_link_for(message, **linking) if is_marketing else "",
    )

    def rewrite(target: str) -> str:
        return link_for(message, target_url=target, **linking)

    rendered = render_mail(
        words_of(message),
        values=values_of(
            contact,
            sender=sender,
            by=message.by,
            context=message.context,
            registered=supplies.values[contact.pk],
        ),
        frame=frame,
        rewrite=rewrite if is_marketing or is_personal else None,
    )
    return compose(
        rendered,
        message=message,
        sender=sender,
        unsubscribe_url=way_out,
        is_tracked=is_personal,
        files=supplies.files.get(message.pk, ()),
    )


def words_of(message: Message) -> Draft:
    if message.template is not None:
        return draft_of(message.template)
    return Draft(**message.draft)


def language_of(message: Message, contact: Contact) -> str:
    """Of what we add: the template's language, else the contact's, if it is ours."""
    if message.template is not None:
        return message.template.language
    language = contact.language[:2].lower()
    known = dict(settings.LANGUAGES)
    return language if language in known else settings.LANGUAGE_CODE[:2]
