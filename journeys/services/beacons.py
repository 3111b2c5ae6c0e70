"""The verb behind the snippet: what a browser on somebody's site did."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from journeys.beacon import CONSENT, Beacon
from journeys.channels import channel_of, host_of
from journeys.models import AnonymousView, Visitor
from journeys.models.interaction import Kind
from journeys.senders import Sender
from journeys.services.clicks import confirm_click
from journeys.services.day_ids import day_id
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
        day_id=day_id(
            host_of(beacon.url),
            network=sender.network,
            user_agent=sender.user_agent,
            at=at,
        ),
        occurred_at=at,
        url=beacon.url,
        title=beacon.title,
        channel=channel_of(
            kind=beacon.kind, utm=beacon.utm, referrer=beacon.referrer, url=beacon.url
        ),
        is_machine=bool(sender.machine_reason),
    )
