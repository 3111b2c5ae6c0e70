"""The mails that follow an event: only when sales has had its turn."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction
from django.utils import timezone

from campaigns.models.event import AttendanceBatch, AttendanceEntry
from campaigns.models.message import Message
from campaigns.services.attendance import key_of
from campaigns.services.messages import plan_message
from campaigns.tasks import plan_follow_ups
from contacts.gate import Channel, Purpose, Reason, Touch, reasons_against
from contacts.services.touches import decide_touch
from leadhub.errors import DomainError
from leadhub.queue import enqueue
from scoring.models import StaleMark

FollowUp = AttendanceEntry.FollowUp
SECONDS_PER_RUN = 20
# A follow-up that is a week late is none.
KEPT = timedelta(days=7)
# These end by themselves, but somebody talks to the contact: no mail afterwards either.
BY_PEOPLE = frozenset({"claimed", "paused"})


def plan_due_follow_ups(*, at: datetime | None = None) -> None:
    """As of ``at`` (now) decide about the mails of all batches whose scores are counted.

    Ends after a while and asks for another run, so that other work has its turn.
    """
    ends_at = monotonic() + SECONDS_PER_RUN
    held = AttendanceBatch.objects.filter(is_held=True).order_by("pk")
    for batch in held.select_related("event"):
        if is_behind(batch):
            continue
        entries = batch.entries.filter(follow_up=FollowUp.HELD).order_by("pk")
        for pk in entries.values_list("pk", flat=True):
            decide_follow_up(entry_id=pk, at=at or timezone.now())
            if monotonic() > ends_at:
                enqueue(plan_follow_ups)
                return
        # Whoever was added meanwhile would be in another batch.
        AttendanceBatch.objects.filter(pk=batch.pk).update(is_held=False)


def is_behind(batch: AttendanceBatch) -> bool:
    """Whether a score of the batch does not count yet what the batch says.

    What was recorded later does not matter: else a busy contact would hold up all.
    """
    marks = StaleMark.objects.to_do().filter(at__lte=batch.recorded_at)
    theirs = batch.entries.values("contact")
    return marks.filter(contact__in=theirs).exists()


@transaction.atomic
def decide_follow_up(*, entry_id: int, at: datetime) -> AttendanceEntry:
    """Plan the mail of one attendee, or hold it back for good and keep why.

    Whoever is with sales, or talks to one of us, gets none. What only puts a mail off,
    like quiet hours, is for the sender. Deciding again changes nothing.
    """
    rows = AttendanceEntry.objects.select_for_update(no_key=True, of=("self",))
    entry = rows.select_related("contact", "batch__event").get(pk=entry_id)
    if entry.follow_up != FollowUp.HELD:
        return entry
    event, contact = entry.batch.event, entry.contact
    template = event.mail_attended if entry.attended else event.mail_missed
    key = key_of(event, contact.pk)
    if template is None or Message.objects.filter(key=key).exists():
        entry.follow_up = FollowUp.NONE
        entry.save(update_fields=["follow_up"])
        return entry
    reason = _why_not(entry, key=key, title=event.name, at=at)
    if reason is None:
        try:
            with transaction.atomic():
                plan_message(
                    key=key,
                    contact=contact,
                    purpose=Purpose.MARKETING,
                    kind=Message.Kind.EVENT,
                    title=event.name,
                    at=at,
                    expires_at=at + KEPT,
                    template=template,
                    measure=event.measure,
                )
        except DomainError as refusal:
            reason = Reason(refusal.code)
    entry.follow_up = FollowUp.HELD_BACK if reason else FollowUp.PLANNED
    entry.reason = reason.as_json() if reason else {}
    entry.save(update_fields=["follow_up", "reason"])
    return entry


def _why_not(
    entry: AttendanceEntry, *, key: str, title: str, at: datetime
) -> Reason | None:
    if StaleMark.objects.parked().filter(contact=entry.contact_id).exists():
        return Reason("not_scored")
    touch = Touch(
        contact=entry.contact,
        channel=Channel.EMAIL,
        purpose=Purpose.MARKETING,
        at=at,
        subject=key,
    )
    if _final(reasons_against(touch)) is None:
        return None
    # Kept, so that the contact's page can tell why.
    return _final(decide_touch(touch=touch, title=title))


def _final(reasons: list[Reason]) -> Reason | None:
    for reason in reasons:
        if reason.until is None or reason.code in BY_PEOPLE:
            return reason
    return None
