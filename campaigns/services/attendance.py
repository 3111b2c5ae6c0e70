"""Recording who registered and who came: a batch at a time, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models.event import (
    Attendance,
    AttendanceBatch,
    AttendanceEntry,
    Event,
)
from campaigns.services.interest_marks import mark_interests_stale
from campaigns.services.messages import cancel_messages
from campaigns.tasks import plan_follow_ups
from contacts.digests import address_digest
from contacts.models import Contact
from journeys.models import Interaction
from journeys.models.interaction import Channel, Kind
from journeys.services.tracking import Report, track_interactions
from leadhub.errors import DomainError
from leadhub.queue import enqueue
from scoring.services.marks import mark_scores_stale

FollowUp = AttendanceEntry.FollowUp
CHUNK = 1_000


class NotBegun(DomainError):
    code = "event_not_begun"


@dataclass(frozen=True, slots=True)
class Attendee:
    """What is said about one contact. It may be said several times in a batch."""

    contact: Contact
    attended: bool
    registered_at: datetime | None = None


@transaction.atomic
def record_attendance(
    *, batch: AttendanceBatch, attendees: Sequence[Attendee], at: datetime
) -> AttendanceBatch:
    """Store who registered and who attended, as one batch of interactions.

    Who attended by one line attended; who did not is registered. Again changes nothing:
    each contact registers for an event once and attends it once, and so does each
    address. Follow-up mails wait until the scores of all of them are counted.

    Raises ``NotBegun`` if people are said to have attended what is yet to come.
    """
    # One batch of an event at a time.
    event = Event.objects.select_for_update(no_key=True).get(pk=batch.event_id)
    said = _by_contact(attendees)
    if event.starts_at > at and any(one.attended for one in said.values()):
        raise NotBegun(_("Nobody can have attended what has not begun."))
    known = {
        row.contact_id: row for row in event.attendances.filter(contact__in=list(said))
    }
    new, changed, entries = [], [], []
    for pk, one in sorted(said.items()):
        row = known.get(pk) or Attendance(event=event, contact=one.contact)
        entry = AttendanceEntry(batch=batch, contact=one.contact, attended=False)
        if one.attended and row.attended_at is None:
            row.attended_at = event.starts_at
            entry.is_new_attendance = True
        if row.registered_at is None and (one.registered_at or not one.attended):
            row.registered_at = min(one.registered_at or at, at)
            entry.is_new_registration = True
        entry.attended = row.attended_at is not None
        entry.follow_up = _first_state(batch, event, entry, at=at)
        (changed if row.pk else new).append(row)
        entries.append(entry)
        known[pk] = row
    Attendance.objects.bulk_create(new, batch_size=CHUNK)
    Attendance.objects.bulk_update(
        changed, ["registered_at", "attended_at"], batch_size=CHUNK
    )
    AttendanceEntry.objects.bulk_create(entries, batch_size=CHUNK)
    track_interactions(reports=_reports(event, entries, known), at=at)
    batch.recorded_at = at
    batch.people = len(entries)
    batch.registered = sum(entry.is_new_registration for entry in entries)
    batch.attended = sum(entry.is_new_attendance for entry in entries)
    batch.is_held = any(entry.follow_up == FollowUp.HELD for entry in entries)
    batch.save(
        update_fields=["recorded_at", "people", "registered", "attended", "is_held"]
    )
    if batch.is_held:
        enqueue(plan_follow_ups)
    return batch


@transaction.atomic
def unrecord_attendance(*, batch: AttendanceBatch, at: datetime) -> AttendanceBatch:
    """Take back what the batch brought that was news. Again changes nothing.

    Its interactions go, scores and interests are counted without them, and mails that
    have not left do not leave. Handoffs that were made stay: people decide about them.
    """
    event = Event.objects.select_for_update(no_key=True).get(pk=batch.event_id)
    batch = AttendanceBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if batch.undone_at is not None:
        return batch
    entries = list(batch.entries.select_related("contact").order_by("contact"))
    attended = [e.contact_id for e in entries if e.is_new_attendance]
    registered = [e.contact_id for e in entries if e.is_new_registration]
    rows = event.attendances
    rows.filter(contact__in=attended).update(attended_at=None)
    rows.filter(contact__in=registered).update(registered_at=None)
    rows.filter(registered_at=None, attended_at=None).delete()
    gone = Interaction.objects.filter(
        source=source_of(event),
        contact__in={*attended, *registered},
        properties__batch=batch.pk,
    )
    gone.delete()
    for entry in entries:
        if entry.follow_up == FollowUp.PLANNED:
            key = key_of(event, entry.contact_id)
            cancel_messages(
                contact=entry.contact, keys_like=key, reason="by_hand", at=at
            )
    batch.entries.exclude(follow_up=FollowUp.PLANNED).update(follow_up=FollowUp.NONE)
    concerned = {*attended, *registered}
    mark_scores_stale(contact_ids=concerned, at=at)
    mark_interests_stale(contact_ids=concerned, at=at)
    batch.undone_at, batch.is_held = at, False
    batch.save(update_fields=["undone_at", "is_held"])
    return batch


def make_batch(*, event: Event, by: User | None, at: datetime) -> AttendanceBatch:
    """A batch in which each line says itself who attended."""
    return AttendanceBatch.objects.create(
        event=event, by=by, created_at=at, attended_column="attended"
    )


def source_of(event: Event) -> str:
    return f"event {event.pk}"


def key_of(event: Event, contact_id: int) -> str:
    """Of the one mail that follows an event, ``Message.key``."""
    return f"event:{event.pk}:{contact_id}:"


def _by_contact(attendees: Sequence[Attendee]) -> dict[int, Attendee]:
    said: dict[int, Attendee] = {}
    for one in attendees:
        before = said.get(one.contact.pk)
        if before is not None:
            moments = [m for m in (before.registered_at, one.registered_at) if m]
            one = Attendee(
                one.contact,
                attended=one.attended or before.attended,
                registered_at=min(moments, default=None),
            )
        said[one.contact.pk] = one
    return said


def _first_state(
    batch: AttendanceBatch, event: Event, entry: AttendanceEntry, *, at: datetime
) -> str:
    knows = batch.all_attended or batch.attended_column
    template = event.mail_attended_id if entry.attended else event.mail_missed_id
    if event.starts_at > at or not knows or template is None:
        return FollowUp.NONE
    return FollowUp.HELD


def _reports(
    event: Event, entries: Sequence[AttendanceEntry], rows: dict[int, Attendance]
) -> list[Report]:
    topics = list(event.topics.order_by("slug").values_list("slug", flat=True))
    is_webinar = event.kind == Event.Kind.WEBINAR
    attended = Kind.WEBINAR_ATTENDED if is_webinar else Kind.EVENT_ATTENDED
    registered = Kind.WEBINAR_REGISTERED if is_webinar else "event_registered"
    reports = []
    for entry in entries:
        row = rows[entry.contact_id]
        for is_new, kind, moment in (
            (entry.is_new_registration, registered, row.registered_at),
            (entry.is_new_attendance, attended, row.attended_at),
        ):
            if is_new and moment is not None:
                address = entry.contact.email or f"contact {entry.contact_id}"
                reports.append(
                    Report(
                        contact=entry.contact,
                        kind=kind,
                        source=source_of(event),
                        event_id=f"{kind}:{address_digest(address)}",
                        occurred_at=moment,
                        channel=Channel.EVENT,
                        title=event.name,
                        properties={
                            "event": event.pk,
                            "batch": entry.batch_id,
                            "topics": topics,
                        },
                        measure=event.measure,
                    )
                )
    return reports
