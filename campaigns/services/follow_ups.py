"""The mails that follow an event: only when sales has had its turn."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction
from django.utils import timezone

from campaigns.models.event import AttendanceBatch, AttendanceEntry
from campaigns.models.mail_template import MailTemplate
from campaigns.models.message import Message
from campaigns.services.attendance import key_of
from campaigns.services.messages import MailPlan, plan_messages
from campaigns.tasks import plan_follow_ups
from contacts.gate import Channel, Purpose, Reason, Touch, reasons_against_each
from contacts.services.touches import decide_touches
from leadhub.errors import DomainError
from leadhub.queue import enqueue
from scoring.models import StaleMark

FollowUp = AttendanceEntry.FollowUp
SECONDS_PER_RUN = 20
# In a transaction: they hold the guards of those who get no mail.
AT_ONCE = 20
# A follow-up that is a week late is none.
KEPT = timedelta(days=7)
EVENT = tuple(
    f"batch__event__{name}" for name in ("mail_attended", "mail_missed", "measure")
)
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
        ids = list(entries.values_list("pk", flat=True))
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            decide_follow_ups(entry_ids=some, at=at or timezone.now())
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
def decide_follow_ups(*, entry_ids: Collection[int], at: datetime) -> None:
    """Plan mails of a batch's attendees, or hold them back for good and keep why.

    Whoever is with sales, or talks to one of us, gets none. What only puts a mail off,
    like quiet hours, is for the sender. Deciding again changes nothing. As many
    statements for many as for one.
    """
    rows = AttendanceEntry.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.filter(pk__in=entry_ids, follow_up=FollowUp.HELD).order_by("pk")
    entries = list(rows.select_related("contact", *EVENT))
    keys = {entry.pk: key_of(entry.batch.event, entry.contact_id) for entry in entries}
    known = Message.objects.filter(key__in=keys.values())
    mailed = set(known.values_list("key", flat=True))
    wanted = []
    for entry in entries:
        entry.follow_up, entry.reason = FollowUp.NONE, {}
        if _template(entry) is not None and keys[entry.pk] not in mailed:
            wanted.append(entry)
    why_not = _why_not(wanted, keys, at=at)
    planned = [entry for entry in wanted if entry.pk not in why_not]
    if refusal := _plan(planned, keys, at=at):
        why_not |= dict.fromkeys((entry.pk for entry in planned), refusal)
    for entry in wanted:
        reason = why_not.get(entry.pk)
        entry.follow_up = FollowUp.HELD_BACK if reason else FollowUp.PLANNED
        entry.reason = reason.as_json() if reason else {}
    AttendanceEntry.objects.bulk_update(entries, ["follow_up", "reason"])


def _template(entry: AttendanceEntry) -> MailTemplate | None:
    event = entry.batch.event
    return event.mail_attended if entry.attended else event.mail_missed


def _plan(
    entries: Collection[AttendanceEntry], keys: Mapping[int, str], *, at: datetime
) -> Reason | None:
    """Plan their mails; if that is refused, it is for all of them."""
    mails = [
        MailPlan(
            key=keys[entry.pk],
            contact=entry.contact,
            purpose=Purpose.MARKETING,
            kind=Message.Kind.EVENT,
            title=entry.batch.event.name,
            expires_at=at + KEPT,
            template=_template(entry),
            measure=entry.batch.event.measure,
        )
        for entry in entries
    ]
    try:
        with transaction.atomic():
            plan_messages(mails=mails, at=at)
    except DomainError as refusal:
        return Reason(refusal.code)
    return None


def _why_not(
    entries: Sequence[AttendanceEntry], keys: Mapping[int, str], *, at: datetime
) -> dict[int, Reason]:
    """Entry -> what speaks against its mail for good."""
    contact_ids = [entry.contact_id for entry in entries]
    parked = StaleMark.objects.parked().filter(contact__in=contact_ids)
    not_scored = set(parked.values_list("contact", flat=True))
    touches = {
        entry.pk: Touch(
            contact=entry.contact,
            channel=Channel.EMAIL,
            purpose=Purpose.MARKETING,
            at=at,
            subject=keys[entry.pk],
        )
        for entry in entries
        if entry.contact_id not in not_scored
    }
    against = reasons_against_each(touches.values())
    refused = {pk: one for pk, one in touches.items() if _final(against[one])}
    if refused:  # kept, so that the contact's page can tell why
        title = entries[0].batch.event.name
        against = decide_touches(touches=list(refused.values()), title=title)
    found = {
        pk: reason for pk, one in refused.items() if (reason := _final(against[one]))
    }
    unscored = Reason("not_scored")
    return found | {e.pk: unscored for e in entries if e.contact_id in not_scored}


def _final(reasons: list[Reason]) -> Reason | None:
    for reason in reasons:
        if reason.until is None or reason.code in BY_PEOPLE:
            return reason
    return None
