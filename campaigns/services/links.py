"""Links in mails: one person's own if they agreed to it, else one for all of a step."""

from __future__ import annotations

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


def link_for(
    message: Message, *, target_url: str, is_personal: bool, at: datetime
) -> str:
    """The address that leads to ``target_url`` and counts who takes it.

    Personal ones are the message's own. The others are shared by all mails of the same
    template (or title, without one) and tell nothing about anybody. What cannot be
    counted is left as it is. One of our own tracked links is not counted twice: the
    mail's leads to where that one leads.
    """
    target_url = _behind(target_url)
    scope = _scope(message, is_personal)
    try:
        link = _link(
            message, scope=scope, target=target_url, is_personal=is_personal, at=at
        )
    except InvalidValue:
        return target_url
    return public_url(link)


def pixel_for(message: Message, *, at: datetime) -> str:
    """The address of the invisible image that tells of the mail's being opened."""
    link = _link(
        message, scope=_scope(message, True), target="", is_personal=True, at=at
    )
    return settings.SITE_URL + reverse("journeys:open_pixel", args=[link.token])


def hidden_link_for(message: Message, *, is_personal: bool, at: datetime) -> str:
    """The address of the link that people do not see: who takes it is a machine."""
    scope = _scope(message, is_personal)
    return public_url(
        _link(message, scope=scope, target="", is_personal=is_personal, at=at)
    )


def _link(
    message: Message, *, scope: str, target: str, is_personal: bool, at: datetime
) -> TrackedLink:
    digest = sha256(target.encode()).hexdigest()
    rows = MailLink.objects.filter(scope=scope, target_digest=digest)
    known = rows.select_related("link").first()
    if known is not None:
        return known.link
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
        return rows.select_related("link").get().link
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
