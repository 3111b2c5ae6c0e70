"""The verb behind the snippet: what a browser on somebody's site did."""

from __future__ import annotations

import hmac
from datetime import date, datetime
from secrets import token_bytes

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from journeys.beacon import CONSENT, Beacon
from journeys.channels import channel_of, host_of
from journeys.models import AnonymousView, DailySalt, Visitor
from journeys.models.interaction import Kind
from journeys.senders import Sender
from journeys.services.clicks import confirm_click
from journeys.services.tracking import Report, track_interactions
from journeys.services.typed import submit_typed_address
from journeys.services.visitors import recognize_visitor, withdraw_consent

SOURCE = "website"
ON_A_PAGE = frozenset({Kind.PAGE_VIEW, Kind.PRICING_VIEW})


def take_beacon(*, beacon: Beacon, sender: Sender, at: datetime) -> None:
    """Store what the snippet reports, as far as consent allows.

    With consent: an interaction of the visitor, and of its contact if it has one.
    Without: a page view under a pseudonym that ends with the day, and nothing at all if
    ``TRACKING_BEFORE_CONSENT`` is off. A form that somebody sent counts either way:
    the address was typed to be used. When it happened is ours to say.

    Safe to repeat: a visitor's event counts once.
    """
    if beacon.kind == CONSENT or beacon.click or beacon.form.get("email"):
        with transaction.atomic():
            _take_proof(beacon, sender, at=at)
    else:
        # The most of them by far: one look and one insert.
        _take_event(beacon, sender, _visitor(beacon, at=at), at=at)


def _take_proof(beacon: Beacon, sender: Sender, *, at: datetime) -> None:
    """Who somebody is may be another one after this."""
    if beacon.kind == CONSENT and beacon.consents is False:
        if beacon.visitor:
            withdraw_consent(key=beacon.visitor, at=at)
        return
    visitor = _visitor(beacon, at=at)
    if beacon.click and not sender.machine_reason:
        visitor = confirm_click(click=beacon.click, visitor=visitor, at=at)
    if beacon.form.get("email"):
        report = _report(beacon, sender, visitor, at=at)
        fields = {name: value for name, value in beacon.form.items() if name != "email"}
        submit_typed_address(
            email=beacon.form["email"], fields=fields, report=report, at=at
        )
    elif beacon.kind != CONSENT:
        _take_event(beacon, sender, visitor, at=at)


def _take_event(
    beacon: Beacon, sender: Sender, visitor: Visitor | None, *, at: datetime
) -> None:
    if visitor is not None:
        track_interactions(reports=[_report(beacon, sender, visitor, at=at)], at=at)
    elif beacon.kind in ON_A_PAGE and settings.TRACKING_BEFORE_CONSENT:
        _count_view(beacon, sender, at=at)


def _visitor(beacon: Beacon, *, at: datetime) -> Visitor | None:
    if not (beacon.visitor and beacon.consents):
        return None
    return recognize_visitor(
        key=beacon.visitor, consent_text=beacon.consent_text, at=at
    )


def forget_salts(*, at: datetime) -> int:
    """Destroy the secrets of days that are over: their pseudonyms mean nothing now."""
    for day in [day for day in _today if day < localdate(at)]:
        _today.pop(day, None)
    return DailySalt.objects.filter(day__lt=localdate(at)).delete()[0]


def _report(
    beacon: Beacon, sender: Sender, visitor: Visitor | None, *, at: datetime
) -> Report:
    return Report(
        contact=None,
        visitor=visitor,
        kind=beacon.kind,
        source=SOURCE,
        # The browser's own id for it counts among those of its visitor only.
        event_id=f"{visitor.pk if visitor else 'form'}:{beacon.event_id}",
        occurred_at=at,
        url=beacon.url,
        title=beacon.title,
        utm=beacon.utm or None,
        referrer=beacon.referrer,
        properties=beacon.properties or None,
        is_machine=bool(sender.machine_reason),
        machine_reason=sender.machine_reason,
    )


def _count_view(beacon: Beacon, sender: Sender, *, at: datetime) -> None:
    AnonymousView.objects.create(
        day_id=_day_id(host_of(beacon.url), sender, at=at),
        occurred_at=at,
        url=beacon.url,
        title=beacon.title,
        channel=channel_of(
            kind=beacon.kind, utm=beacon.utm, referrer=beacon.referrer, url=beacon.url
        ),
        is_machine=bool(sender.machine_reason),
    )


def _day_id(site: str, sender: Sender, *, at: datetime) -> str:
    """The same browser on the same site on the same day, and nothing more."""
    seen = "\0".join((site, sender.network, sender.user_agent))
    salt = _salt_of(localdate(at))
    return hmac.new(salt, seen.encode(), "sha256").hexdigest()[:32]


_today: dict[date, bytes] = {}


def _salt_of(day: date) -> bytes:
    salt = _today.get(day)
    if salt is None:
        row = DailySalt.objects.filter(day=day).first()
        if row is None:
            new = DailySalt(day=day, salt=token_bytes(32))
            DailySalt.objects.bulk_create([new], ignore_conflicts=True)
            row = DailySalt.objects.get(day=day)
        salt = bytes(row.salt)
        _today.clear()  # of the day before
        _today[day] = salt
    return salt
