"""Lines that go to a colleague's inbox, and what they are about with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.assigning import may_read_contact, move_subject
from accounts.models import Notification, User
from accounts.services.answers import locked_lines
from accounts.services.notifications import Line, renew_line
from leadhub.errors import DomainError, InvalidValue

# So long what was handed over by mistake can be taken back.
TAKEN_BACK_WITHIN = timedelta(minutes=10)


class CannotHave(InvalidValue):
    code = "cannot_have"
    attr = "assignee"


class LineOver(DomainError):
    code = "line_over"


@dataclass(frozen=True, slots=True)
class Assigned:
    """What became of many: how many went over, and why others did not."""

    count: int
    refusals: Sequence[str] = ()


@transaction.atomic
def assign_line(
    *, notification: Notification, to: User, by: User, at: datetime
) -> Notification:
    """Let ``to`` have it in their inbox, with who handed it over; here it is done.

    A lead that waits for an answer is given to them, tasks are theirs; other lines go
    alone. Only what is about a contact, and only to who may read and work with that.
    Return the line that was handed over. Raises ``CannotHave``, ``LineOver``, and what
    speaks against giving the subject away.
    """
    line = Notification.objects.select_related("recipient").get(pk=notification.pk)
    if line.done_at is not None:
        raise LineOver(_("This line is done already."))
    _check_recipient(line, to)
    # Before the line is locked: contacts come before it everywhere.
    if not move_subject(line, to, by, at):
        _copy(line, to, at=at)
    _mark_given(line, to=to, by=by, at=at)
    return Notification.objects.get(pk=line.pk)


def assign_lines(
    *, lines: Sequence[Notification], to: User, by: User, at: datetime
) -> Assigned:
    """``assign_line`` for each, in a transaction of its own; say what was refused."""
    count, refusals = 0, []
    for line in lines:
        try:
            assign_line(notification=line, to=to, by=by, at=at)
        except DomainError as refusal:
            refusals.append(f"{line.title}: {refusal}")
        else:
            count += 1
    return Assigned(count, refusals)


@transaction.atomic
def take_line_back(*, notification: Notification, at: datetime) -> Notification:
    """Undo ``assign_line``, soon after it, and only while nobody has dealt with it.

    Return the line that is in the inbox again. Raises ``LineOver``.
    """
    line = Notification.objects.select_related("recipient", "given_to").get(
        pk=notification.pk
    )
    to = line.given_to
    theirs = None if to is None else _line_of(line, to)
    if (
        to is None
        or line.done_at is None
        or line.done_at < at - TAKEN_BACK_WITHIN
        or theirs is None
        or theirs.done_at is not None
        or theirs.given_by_id != line.recipient_id
    ):
        raise LineOver(_("This cannot be taken back any more."))
    moved = move_subject(theirs, line.recipient, None, at)
    for row in locked_lines(Notification.objects.filter(pk__in=[line.pk, theirs.pk])):
        if row.pk == theirs.pk:
            row.done_at, row.mail_due_at, row.given_by = at, None, None
        else:
            row.given_to = None
            row.done_at = row.done_at if moved else None
        row.save(update_fields=["done_at", "mail_due_at", "given_by", "given_to"])
    return _line_of(line, line.recipient) or line


def _check_recipient(line: Notification, to: User) -> None:
    if to.pk == line.recipient_id:
        raise CannotHave(_("It is in this inbox already."))
    if line.contact_id is None:
        raise CannotHave(_("Only what is about a contact can be handed over."))
    is_request = line.kind == Notification.Kind.DATA_REQUEST
    may_have = to.is_administrator if is_request else to.is_active and to.may_write
    if not may_have or not may_read_contact(to, line.contact_id):
        raise CannotHave(_("%(name)s cannot work with this contact.") % {"name": to})


def _copy(line: Notification, to: User, *, at: datetime) -> None:
    copy = Line(
        recipient=to,
        kind=line.kind,
        key=line.key,
        subject_id=line.subject_id,
        contact_id=line.contact_id,
        title=line.title,
        subtitle=line.subtitle,
        detail=line.text,
        facts=line.facts,
        url=line.url,
        points=line.points,
        threshold=line.threshold,
        due_at=line.due_at,
    )
    renew_line(line=copy, at=at, surfaces_at=at)


def _mark_given(line: Notification, *, to: User, by: User, at: datetime) -> None:
    theirs = _line_of(line, to)
    pks = [line.pk, *([theirs.pk] if theirs else [])]
    for row in locked_lines(Notification.objects.filter(pk__in=pks)):
        if row.pk == line.pk:
            row.given_to, row.done_at, row.mail_due_at = to, row.done_at or at, None
        else:
            row.given_by, row.given_to, row.read_at = by, None, None
            row.surfaces_at = max(row.surfaces_at, at)
        row.save(
            update_fields=[
                "given_to",
                "given_by",
                "done_at",
                "mail_due_at",
                "read_at",
                "surfaces_at",
            ]
        )


def _line_of(line: Notification, user: User) -> Notification | None:
    """The user's latest line about the same. Each offer of a handoff has its own key."""
    rows = Notification.objects.filter(recipient=user, kind=line.kind)
    if line.kind == Notification.Kind.HANDOFF:
        rows = rows.filter(subject_id=line.subject_id)
    else:
        rows = rows.filter(key=line.key)
    return rows.order_by("-created_at", "-pk").first()
