"""Links in mails: one person's own if they agreed to it, else one for all of a step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from campaigns.models.message import MailLink, Message
from contacts.gate import Purpose
from journeys.models import TrackedLink
from journeys.models.interaction import Channel
from journeys.services.links import address_of, create_link, public_url
from leadhub.errors import InvalidValue

KnownLinks = dict[tuple[str, str], TrackedLink]
"""By scope and digest of the target, as ``MailLink`` has them."""


def known_links(messages: Sequence[Message]) -> KnownLinks:
    """The links that the mails have already, and those that they share. One query."""
    scopes = {_scope(mail, own) for mail in messages for own in (True, False)}
    rows = MailLink.objects.filter(scope__in=scopes).select_related("link")
    return {(row.scope, row.target_digest): row.link for row in rows}


def link_for(
    message: Message,
    *,
    target_url: str,
    is_personal: bool,
    at: datetime,
    known: KnownLinks | None = None,
) -> str:
    """The address that leads to ``target_url`` and counts who takes it.

    Personal ones are the message's own. The others are shared by all mails of the same
    template (or title, without one) and tell nothing about anybody. What cannot be
    counted is left as it is. One of our own tracked links is not counted twice: the
    mail's leads to where that one leads. ``known``: what ``known_links`` has found;
    what is made is added to it.
    """
    target_url = _behind(target_url)
    try:
        link = _link(
            message, target=target_url, is_personal=is_personal, at=at, known=known
        )
    except InvalidValue:
        return target_url
    return public_url(link)


def pixel_for(
    message: Message, *, at: datetime, known: KnownLinks | None = None
) -> str:
    """The address of the invisible image that tells of the mail's being opened."""
    link = _link(message, target="", is_personal=True, at=at, known=known)
    return settings.SITE_URL + reverse("journeys:open_pixel", args=[link.token])


def hidden_link_for(
    message: Message,
    *,
    is_personal: bool,
    at: datetime,
    known: KnownLinks | None = None,
) -> str:
    """The address of the link that people do not see: who takes it is a machine."""
    link = _link(message, target="", is_personal=is_personal, at=at, known=known)
    return public_url(link)


def _link(
    message: Message,
    *,
    target: str,
    is_personal: bool,
    at: datetime,
    known: KnownLinks | None,
) -> TrackedLink:
    if known is None:
        known = known_links([message])
    scope = _scope(message, is_personal)
    digest = sha256(target.encode()).hexdigest()
    if link := known.get((scope, digest)):
        return link
    try:
        with transaction.atomic():
            link = create_link(
                name=message.title[:120],
                target_url=target,
                by=None,
                at=at,
                channel=Channel.EMAIL,
                utm=_utm(message) if target else None,
                measure=message.measure,
                contact=message.contact if is_personal else None,
                rep=message.by if message.purpose == Purpose.PERSONAL else None,
            )
            MailLink.objects.create(
                scope=scope,
                target_digest=digest,
                link=link,
                message=message if is_personal else None,
            )
    except IntegrityError:  # another sender was faster
        rows = MailLink.objects.select_related("link")
        link = rows.get(scope=scope, target_digest=digest).link
    known[scope, digest] = link
    return link


def _behind(target: str) -> str:
    """Where a tracked link of ours to anybody leads; any other target as it is."""
    token = target.removeprefix(f"{settings.SITE_URL}/t/c/")
    if token == target:
        return target
    link = TrackedLink.objects.filter(token=token[:64], contact=None).first()
    return address_of(link) if link and link.target_url else target


def _scope(message: Message, is_personal: bool) -> str:
    if is_personal:
        return f"message:{message.pk}"
    if message.template_id is not None:
        return f"template:{message.template_id}:{message.measure_id or ''}"
    title = sha256(f"{message.kind}:{message.title}".encode()).hexdigest()
    return f"title:{title[:40]}:{message.measure_id or ''}"


def _utm(message: Message) -> dict[str, str]:
    campaign = message.measure.utm_campaign if message.measure else ""
    if not campaign:
        return {}
    return {"source": "leadhub", "medium": "email", "campaign": campaign}
