"""Lines that are put off: until a moment, or until something happens.

Whatever one waits for, a line comes back after a month at the latest: who never answers
must not be forgotten. A handoff whose promise runs comes back a quarter of an hour before
the promise ends, however long it was put off, and is not put off at all after that: a
promise must not be missed because it was out of sight. The reminder at half time brings
it back, too. A promise that is over holds nothing back.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Notification
from accounts.models.notification import WAITS
from accounts.services.answers import locked_lines, tell_answered
from accounts.waiting import begin_waiting
from leadhub.errors import DomainError, InvalidValue

LONGEST_SNOOZE = timedelta(days=366)
LONGEST_WAIT = timedelta(days=30)
BEFORE_PROMISE = timedelta(minutes=15)
# So long a line is away at least.
SHORTEST = timedelta(minutes=1)


class BadSnooze(InvalidValue):
    code = "bad_snooze"
    attr = "until"


class PromiseEnds(DomainError):
    code = "promise_ends"


@dataclass(frozen=True, slots=True)
class Snoozed:
    """What became of many: how many are put off, and how many could not be, and why."""

    count: int
    promised: int = 0
    waitless: int = 0


@transaction.atomic
def snooze_lines(
    *,
    lines: QuerySet[Notification],
    at: datetime,
    until: datetime | None = None,
    event: str = "",
) -> Snoozed:
    """Hide all of these that wait, until a moment or an event; say how many.

    Those for which one cannot wait for it stay, as do those whose promise ends now.
    Raises ``BadSnooze`` if the moment is not later than now, or more than a year away.
    """
    return _hide(lines.filter(done_at=None), until, event, at=at)


@transaction.atomic
def snooze_notification(
    *,
    notification: Notification,
    at: datetime,
    until: datetime | None = None,
    event: str = "",
) -> Notification:
    """Hide it until then; it comes back to the top of the inbox, unread.

    ``event`` is one of ``Notification.Event``: it is back when that happens. Raises
    ``BadSnooze`` also if one cannot wait for it, and ``PromiseEnds``.
    """
    rows = Notification.objects.filter(pk=notification.pk)
    done = _hide(rows, until, event, at=at)
    if done.promised:
        raise PromiseEnds(
            _("What was promised about it ends within minutes: answer it first.")
        )
    if done.waitless:
        sentence = _("It is about nobody who could reply or whose score could change.")
        raise BadSnooze(sentence, attr="event")
    return rows.get()


def wake_lines(
    *, contact_ids: Collection[int], event: str, at: datetime
) -> list[Notification]:
    """It has happened: bring what waits for it back to the top, unread; return the lines.

    Inside of the transaction of what happened.
    """
    waiting = Notification.objects.waiting_for(event, at=at)
    rows = locked_lines(waiting.filter(contact_id__in=contact_ids))
    surface(rows, at=at)
    return rows


def surface(rows: Collection[Notification], *, at: datetime) -> None:
    """Bring these, which are locked, to the top of their inboxes."""
    for row in rows:
        row.surfaces_at, row.read_at = at, None
        put_off_at = row.snoozed_at
        row.wait_for_nothing()
        row.snoozed_at = put_off_at
    columns = ["surfaces_at", "read_at", *WAITS]
    Notification.objects.bulk_update(rows, columns)
    tell_answered(list(rows), "woken", at=at)


def _hide(
    lines: QuerySet[Notification], until: datetime | None, event: str, *, at: datetime
) -> Snoozed:
    if event not in ("", *Notification.Event.values) or bool(event) == bool(until):
        raise BadSnooze(_("Choose a moment, or what it is to wait for."))
    if until is not None and not at < until <= at + LONGEST_SNOOZE:
        raise BadSnooze(_("Choose a time from now to a year ahead."))
    about = lines.exclude(contact_id=None).values_list("contact_id", flat=True)
    # Before the lines are locked: scores come before them everywhere.
    waits = begin_waiting(event, set(about), at) if event else {}
    hidden, promised, waitless = [], 0, 0
    for row in locked_lines(lines):
        latest = until or at + LONGEST_WAIT
        if _is_promised(row, at=at):
            latest = min(latest, row.due_at - BEFORE_PROMISE)
            if latest <= at:
                promised += 1
                continue
        moment, points = latest, None
        if event:
            wait = waits.get(row.contact_id) if row.contact_id else None
            if wait is None:
                waitless += 1
                continue
            points = wait.points
            if wait.until:
                moment = min(max(wait.until, at + SHORTEST), latest)
        row.surfaces_at, row.read_at, row.done_at = moment, None, None
        row.waits_for, row.waits_points = event, points
        row.waits_until = latest if event else None
        row.snoozed_at = at
        hidden.append(row)
    columns = ["surfaces_at", "read_at", "done_at", *WAITS]
    Notification.objects.bulk_update(hidden, columns)
    tell_answered(hidden, "snoozed", at=at)
    return Snoozed(len(hidden), promised, waitless)


def _is_promised(row: Notification, *, at: datetime) -> bool:
    """Whether the clock of a promise runs towards the moment that stands in it."""
    is_handoff = row.kind == Notification.Kind.HANDOFF
    return is_handoff and row.due_at is not None and row.due_at > at
