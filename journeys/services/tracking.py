"""The verb that all interactions come through."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.models import Contact
from journeys.channels import channel_of
from journeys.models import Interaction, Measure, TrackedLink, Visitor
from journeys.models.interaction import Event
from journeys.services.storing import store
from journeys.signals import interactions_tracked
from leadhub.errors import DomainError, InvalidValue
from leadhub.ids import new_id

CLOCK_SKEW = timedelta(minutes=5)
OLDEST = timedelta(days=50 * 365.25)
COLUMNS = [field.attname for field in Interaction._meta.concrete_fields]
CONTACT = Interaction._meta.get_field("contact")
KIND = re.compile(r"[A-Za-z0-9_-]{1,40}")


class InteractionInFuture(InvalidValue):
    code = "in_future"
    attr = "occurred_at"


class InteractionTooOld(InvalidValue):
    code = "too_old"
    attr = "occurred_at"


class BadKind(InvalidValue):
    code = "bad_kind"
    attr = "kind"


@dataclass(frozen=True, slots=True)
class Report:
    """One interaction, as a source reports it.

    Without a ``contact`` it is the visitor's or the link's, without a ``by`` the link's
    rep. Texts are as ``contacts.text.clean_text`` leaves them, no longer than their
    columns. Without a ``channel`` it is derived; without a ``measure`` it is that of
    the link or of ``utm["campaign"]``.
    """

    contact: Contact | None
    kind: str
    source: str
    occurred_at: datetime
    event_id: str = ""
    visitor: Visitor | None = None
    channel: str = ""
    url: str = ""
    title: str = ""
    utm: dict[str, str] | None = None
    referrer: str = ""
    value: Decimal | None = None
    properties: dict[str, Any] | None = None
    measure: Measure | None = None
    link: TrackedLink | None = None
    by: User | None = None
    is_machine: bool = False
    machine_reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a report: its row, new or stored before, or a refusal."""

    interaction: Interaction | None = None
    is_new: bool = False
    refusal: DomainError | None = None


@transaction.atomic(savepoint=False)
def track_interactions(*, reports: Sequence[Report], at: datetime) -> list[Outcome]:
    """Record what happened between us and contacts, and make it known.

    Answers every report, in order; one that is refused does not fail the rest.

    Safe to repeat: a ``source`` that reports the same ``event_id`` again, in this
    batch or in any other, gets the first row back. Without an ``event_id`` every
    report is a new interaction.

    ``occurred_at`` is by the source's clock; up to five minutes after ``at`` is
    taken as ``at``, more is refused with ``InteractionInFuture``, more than 50 years
    ago with ``InteractionTooOld``. A kind that is no slug is refused with ``BadKind``.
    Sends ``interactions_tracked`` if anything is new.
    """
    measures = _measures_by_campaign(reports)
    answers: list[Event | DomainError] = []
    rows: dict[Event, Interaction] = {}
    for report in reports:
        refusal = why_not(kind=report.kind, occurred_at=report.occurred_at, at=at)
        if refusal is not None:
            answers.append(refusal)
            continue
        event = (report.source, report.event_id or uuid4().hex)
        answers.append(event)
        if event not in rows:
            rows[event] = _row(report, event=event, measures=measures, at=at)

    stored, new = store(rows.values()) if rows else ({}, set())
    if new:
        interactions_tracked.send(
            sender=Interaction,
            interactions=[row for event, row in rows.items() if event in new],
            at=at,
        )

    outcomes = []
    for answer in answers:
        if isinstance(answer, DomainError):
            outcomes.append(Outcome(refusal=answer))
        else:
            outcomes.append(Outcome(stored[answer], is_new=answer in new))
            # A second report of the event in this batch is a repeat.
            new.discard(answer)
    return outcomes


def why_not(*, kind: str, occurred_at: datetime, at: datetime) -> InvalidValue | None:
    """The refusal that a report would get, before anything is written."""
    if occurred_at > at + CLOCK_SKEW:
        return InteractionInFuture(_("This has not happened yet."))
    if occurred_at < at - OLDEST:
        return InteractionTooOld(_("This is more than 50 years ago."))
    if not KIND.fullmatch(kind):
        return BadKind(_("A kind is a word like page_view."))
    return None


def _row(
    report: Report,
    *,
    event: Event,
    measures: dict[str, list[Measure]],
    at: datetime,
) -> Interaction:
    channel = report.channel or (report.link.channel if report.link else "")
    channel = channel or channel_of(
        kind=report.kind, utm=report.utm, referrer=report.referrer, url=report.url
    )
    visitor, link = report.visitor, report.link
    contact_id = report.contact.pk if report.contact else None
    if contact_id is None and visitor is not None:
        contact_id = visitor.contact_id
    if contact_id is None and link is not None:
        contact_id = link.contact_id
    measure_id = report.measure.pk if report.measure else None
    if measure_id is None and link is not None:
        measure_id = link.measure_id
    if measure_id is None and measures and report.utm:
        measure_id = _measure_id(measures, report.utm.get("campaign", ""), channel)
    by_id = report.by.pk if report.by else link.rep_id if link else None
    values = {
        "id": new_id(),
        "contact_id": contact_id,
        "visitor_id": visitor.pk if visitor else None,
        "kind": report.kind,
        "channel": channel,
        "source": event[0],
        "event_id": event[1],
        # In UTC: two times of one zone are compared by its wall clock.
        "occurred_at": min(report.occurred_at.astimezone(UTC), at),
        "recorded_at": at,
        "url": report.url,
        "title": report.title,
        "utm": report.utm or None,
        "value": report.value,
        "properties": report.properties or None,
        "measure_id": measure_id,
        "link_id": link.pk if link else None,
        "by_id": by_id,
        "is_machine": report.is_machine,
        "machine_reason": report.machine_reason,
    }
    # By place: a third of the time that by name takes, which counts in batches.
    row = Interaction(*[values[name] for name in COLUMNS])
    if report.contact is not None:
        CONTACT.set_cached_value(row, report.contact)
    return row


def _measures_by_campaign(reports: Sequence[Report]) -> dict[str, list[Measure]]:
    campaigns = {
        report.utm["campaign"]
        for report in reports
        if report.utm and report.measure is None and report.utm.get("campaign")
    }
    found: dict[str, list[Measure]] = {}
    if campaigns:
        for measure in Measure.objects.filter(utm_campaign__in=campaigns).order_by(
            "pk"
        ):
            found.setdefault(measure.utm_campaign, []).append(measure)
    return found


def _measure_id(
    measures: dict[str, list[Measure]], campaign: str, channel: str
) -> int | None:
    """The measure of the campaign; of several that of the channel, else the first."""
    named = measures.get(campaign, [])
    same = [measure for measure in named if measure.channel == channel]
    return next((measure.pk for measure in same or named), None)
