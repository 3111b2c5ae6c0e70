"""Verbs about webinars and other events."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models.event import Event
from campaigns.services.contents import ensure_topics
from contacts.text import clean_text
from journeys.services.carrying import carrying
from leadhub.errors import DomainError, InvalidValue


class EventInUse(DomainError):
    code = "event_in_use"


@transaction.atomic
def save_event(
    *,
    event: Event,
    by: User | None,
    at: datetime,
    topics: Collection[str] | None = None,
    **values: Any,
) -> Event:
    """Store a new or changed event.

    ``values``: name, kind, starts_at, measure, mail_attended, mail_missed. ``topics``
    are slugs or names, and count for what is recorded from now on. Raises ``InvalidValue``.
    """
    for name, value in values.items():
        setattr(event, name, value)
    event.name = clean_text(event.name, attr="name", max_length=120)
    if not event.name:
        raise InvalidValue(_("Give the event a name."), attr="name")
    if event.kind not in Event.Kind.values:
        raise InvalidValue(_("There is no such kind of event."), attr="kind")
    if event.starts_at is None:
        raise InvalidValue(_("Say when it begins."), attr="starts_at")
    if not 1970 <= event.starts_at.year <= 2200:
        raise InvalidValue(_("Say a year from 1970 to 2200."), attr="starts_at")
    for name in ("mail_attended", "mail_missed"):
        template = getattr(event, name)
        if name in values and template is not None and template.archived_at:
            raise InvalidValue(_("This template was put away."), attr=name)
    if event.pk is None:
        event.created_at, event.created_by = at, by
    event.updated_at, event.updated_by = at, by
    with carrying("event", event, measure_id=event.measure_id, by=by, at=at):
        event.save()
    if topics is not None:
        event.topics.set(ensure_topics(topics=topics))
    return event


@transaction.atomic
def delete_event(*, event: Event, by: User | None, at: datetime) -> None:
    """Delete an event that nobody was registered for. Raises ``EventInUse``."""
    with carrying("event", event, measure_id=None, by=by, at=at):
        event = Event.objects.select_for_update(no_key=True).get(pk=event.pk)
        if event.attendances.exists() or event.batches.exclude(job=None).exists():
            raise EventInUse(_("People are registered for it. Undo their lists first."))
        event.delete()
