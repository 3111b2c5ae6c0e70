"""Verbs about tracked links."""

from __future__ import annotations

from datetime import datetime
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.models import Contact
from contacts.text import clean_text
from journeys.models import Measure, TrackedLink
from journeys.models.interaction import Channel
from journeys.reading import clean_utm
from journeys.services.carrying import carrying
from leadhub.errors import DomainError, InvalidValue

_is_url = URLValidator(schemes=["http", "https"])


class BadTarget(InvalidValue):
    code = "bad_target"
    attr = "target_url"


class OthersLink(DomainError):
    code = "not_your_link"


def create_link(
    *,
    name: str,
    target_url: str,
    by: User | None,
    at: datetime,
    channel: str = Channel.OTHER,
    utm: dict[str, Any] | None = None,
    measure: Measure | None = None,
    contact: Contact | None = None,
    rep: User | None = None,
) -> TrackedLink:
    """Make a link to ``target_url``; without one, what people do not see of a mail.

    With ``contact`` it is to be sent to that person alone. Reps make links in their own
    name only. Raises ``BadTarget``, ``InvalidValue``, ``OthersLink``.
    """
    link = TrackedLink(token=token_urlsafe(32), created_by=by, created_at=at)
    if target_url == "" and channel != Channel.EMAIL:
        raise BadTarget(_("Say where the link leads."))
    return save_link(
        link=link,
        by=by,
        at=at,
        name=name,
        target_url=target_url,
        channel=channel,
        utm=utm or {},
        measure=measure,
        contact=contact,
        rep=rep,
    )


@transaction.atomic
def save_link(
    *, link: TrackedLink, by: User | None, at: datetime, **values: Any
) -> TrackedLink:
    """Set ``values`` of the link and store it; its address stays what it is.

    Raises ``BadTarget``, ``InvalidValue``, ``OthersLink``.
    """
    if "name" in values:
        values["name"] = clean_text(values["name"], attr="name", max_length=120)
        if not values["name"]:
            raise InvalidValue(_("Give the link a name."), attr="name")
    if values.get("target_url"):
        values["target_url"] = clean_target(values["target_url"])
    if "utm" in values:
        values["utm"] = clean_utm(values["utm"])
    for name, value in values.items():
        setattr(link, name, value)
    if by is not None and not by.runs_marketing and link.rep_id not in (None, by.pk):
        raise OthersLink(_("Links in a colleague's name are for marketing to make."))
    is_personal = link.contact_id or link.rep_id or not link.created_by_id
    measure_id = None if is_personal else link.measure_id
    with carrying("link", link, measure_id=measure_id, by=by, at=at):
        link.save()
    return link


@transaction.atomic
def delete_link(*, link: TrackedLink, by: User | None, at: datetime) -> None:
    """Delete the link: whoever takes it finds nothing. What it brought stays."""
    with carrying("link", link, measure_id=None, by=by, at=at):
        link.delete()


def clean_target(value: Any) -> str:
    """Return a web address without a user's name in it. Raises ``BadTarget``."""
    text = clean_text(value, attr="target_url", max_length=2000)
    try:
        _is_url(text)
        parts = urlsplit(text)
        has_user = "@" in parts.netloc
    except (ValidationError, ValueError):
        raise BadTarget(_("An address like https://example.com/offer.")) from None
    if has_user or "\\" in text:
        raise BadTarget(_("An address like https://example.com/offer."))
    return text


def public_url(link: TrackedLink) -> str:
    """What is copied, printed and sent."""
    path = reverse("journeys:tracked_link", args=[link.token])
    return f"{settings.SITE_URL}{path}"


def address_of(link: TrackedLink, **more: str) -> str:
    """Where the link leads: with its utm, unless the target has its own, and ``more``."""
    parts = urlsplit(link.target_url)
    given = {name for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
    added = {
        f"utm_{key}": value
        for key, value in link.utm.items()
        if f"utm_{key}" not in given
    } | more
    query = "&".join(filter(None, (parts.query, urlencode(added))))
    return urlunsplit(parts._replace(query=query))
