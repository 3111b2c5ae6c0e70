"""Tasks: planned, done, put off, given to others, and cancelled where they may not be.

All of them lock the contact's guard first and then its tasks.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Notification, User
from contacts.gate import Channel, Purpose, Reason, Touch
from contacts.models import Consent, Contact
from contacts.services.following import Elsewhere, follow
from contacts.services.touches import (
    decide_touch,
    lock_guard,
    lock_whoever_goes_on,
)
from contacts.text import clean_text
from leadhub.errors import DomainError, InvalidValue
from sales.models import Task
from sales.services.assignment import responsible_for
from sales.services.refusals import TouchRefused
from sales.services.task_lines import names_tasks, renew_task_line

MAX_TEXT = 200
FARTHEST = timedelta(days=2 * 366)
# Whoever talks to the contact now has hung up by then; its number may be found by then.
NOT_ASKED = frozenset({"address", "claim"})


class BadTask(InvalidValue):
    code = "bad_task"


class TaskOver(DomainError):
    code = "task_over"


def plan_task(
    *,
    contact: Contact,
    kind: str,
    due_at: datetime,
    assignee: User,
    by: User,
    at: datetime,
    text: str = "",
    action: str = "",
) -> Task:
    """Let ``assignee`` do it by then; it comes into their inbox when it is due.

    A call is asked of the gate first, and its answer kept. ``action`` is the number of
    this planning: the second with one gets the first task. Raises ``BadTask`` and
    ``TouchRefused``.
    """
    text = clean_text(text, attr="text", max_length=MAX_TEXT)
    if kind not in Task.Kind.values:
        sentence = _("Choose one of these: %(names)s.")
        names = ", ".join(Task.Kind.values)
        raise BadTask(sentence % {"names": names}, attr="kind")
    if kind == Task.Kind.OTHER and not text:
        raise BadTask(_("Say what is to be done."), attr="text")
    _check_due(due_at, at=at)
    _check_assignee(assignee)
    own = f"{by.pk}:{action}" if action else None
    reasons: list[Reason] = []
    with transaction.atomic():
        contact = lock_whoever_goes_on(contact)
        if own and (known := Task.objects.filter(action=own).first()):
            return known
        if kind == Task.Kind.CALL:
            reasons = _against_call(contact, by=assignee, at=at)
        if not reasons:
            try:
                with transaction.atomic():
                    task = Task.objects.create(
                        contact=contact,
                        kind=kind,
                        text=text,
                        assignee=assignee,
                        due_at=due_at,
                        created_at=at,
                        by=by,
                        action=own,
                    )
            except IntegrityError:  # the same form, about another contact
                return Task.objects.get(action=own)
            renew_task_line(contact=contact, assignee=assignee, at=at)
    # Outside: the answer of the gate stays.
    if reasons:
        raise TouchRefused(reasons)
    return task


@transaction.atomic
def finish_task(*, task: Task, by: User, at: datetime) -> Task:
    """It is done. Again is harmless. Raises ``TaskOver`` if it was cancelled."""
    task = _locked(task)
    if task.done_at is None:
        _check_open(task)
        task.done_at, task.done_by = at, by
        task.save(update_fields=["done_at", "done_by"])
        _renew(task, at=at)
    return task


def reopen_task(*, task: Task, by: User, at: datetime) -> Task:
    """Take back that it is done; of an open one nothing changes.

    A call is asked of the gate anew. Raises ``TaskOver`` if it was cancelled, and
    ``TouchRefused``.
    """
    reasons: list[Reason] = []
    with transaction.atomic():
        task = _locked(task)
        if task.cancelled_at is not None:
            _check_open(task)
        if task.done_at is not None:
            if task.kind == Task.Kind.CALL:
                reasons = _against_call(task.contact, by=by, at=at)
            if not reasons:
                task.done_at = task.done_by = None
                task.save(update_fields=["done_at", "done_by"])
                _renew(task, at=at)
    if reasons:
        raise TouchRefused(reasons)
    return task


@transaction.atomic
def change_task(
    *,
    task: Task,
    at: datetime,
    due_at: datetime | None = None,
    assignee: User | None = None,
) -> Task:
    """It is due at another time, somebody else does it, or both; None changes nothing.

    Raises ``BadTask``, ``TaskOver``.
    """
    if due_at not in (None, task.due_at):
        _check_due(due_at, at=at)
    if assignee is not None and assignee.pk != task.assignee_id:
        _check_assignee(assignee)
    task = _locked(task)
    _check_open(task)
    before = task.assignee
    task.due_at, task.assignee = due_at or task.due_at, assignee or before
    task.save(update_fields=["due_at", "assignee"])
    if before is not None and before != task.assignee:
        renew_task_line(contact=task.contact, assignee=before, at=at)
    _renew(task, at=at)
    return task


def cancel_forbidden_calls(*, contact_ids: Collection[int], at: datetime) -> int:
    """Cancel the calls to whoever does not want to be called any more; say how many.

    A transaction each: of most contacts there are none, and looking needs none.
    """
    calls = Task.objects.open().filter(kind=Task.Kind.CALL, contact__in=contact_ids)
    theirs = set(calls.values_list("contact_id", flat=True).order_by())
    phone = Consent.Purpose.PHONE
    latest = Consent.objects.latest_of(theirs, [phone])
    unwilling = sorted(pk for pk in theirs if latest.get((pk, phone)) is False)
    return sum(_cancel_calls(pk, at=at) for pk in unwilling)


@transaction.atomic
def _cancel_calls(contact_id: int, *, at: datetime) -> int:
    lock_guard(contact_id=contact_id)
    calls = Task.objects.open().filter(kind=Task.Kind.CALL, contact=contact_id)
    rows = calls.select_for_update(no_key=True, of=("self",))
    found = list(rows.select_related("assignee", "contact__company"))
    Task.objects.filter(pk__in=[task.pk for task in found]).update(
        cancelled_at=at, cancelled_because="do_not_call"
    )
    for task in found:
        _renew(task, at=at)
    return len(found)


@transaction.atomic
def pass_on_tasks(*, user: User, at: datetime) -> int:
    """Give what somebody who left was to do to who is responsible now; say how many."""
    rows = Task.objects.open().filter(assignee=user).select_related("contact")
    found = list(rows.order_by("contact_id", "pk"))
    for task in found:
        task = _locked(task)
        task.assignee = responsible_for(contact=task.contact, at=at).assignee
        task.save(update_fields=["assignee"])
        renew_task_line(contact=task.contact, assignee=user, at=at)
        _renew(task, at=at)
    return len(found)


@transaction.atomic
def follow_lines(*, lines: Sequence[Notification], answer: str, at: datetime) -> None:
    """What somebody does with their line in the inbox happens to the tasks in it.

    Done: those that were due are done. Snoozed: they are due when it comes back.
    Woken: it is back earlier, and what is due next is due now. Reopened: those that were
    done with it just now are not.
    """
    for line in lines:
        if not names_tasks(line):
            continue
        tasks = Task.objects.filter(
            contact=line.subject_id, assignee=line.recipient_id
        ).select_related("contact__company", "assignee")
        if answer == "reopened":
            _reopen_latest(tasks.exclude(done_at=None), by=line.recipient, at=at)
            continue
        if answer == "woken":
            _bring_forward(tasks, to=line.surfaces_at)
            continue
        for task in tasks.open().filter(due_at__lte=at).in_order():
            if answer == "done":
                finish_task(task=task, by=line.recipient, at=at)
            else:
                change_task(task=task, due_at=line.surfaces_at, at=at)


def _bring_forward(tasks: QuerySet[Task], *, to: datetime) -> None:
    """Those that were put off together, to where their line is."""
    rows = tasks.open()
    first = rows.in_order().values_list("due_at", flat=True).first()
    if first is not None and first > to:
        rows.filter(due_at=first).update(due_at=to)


def _reopen_latest(done: Sequence[Task], *, by: User, at: datetime) -> None:
    """Those that were ticked off together, the last time and within a minute."""
    lately = [task for task in done if task.done_at > at - timedelta(minutes=1)]
    latest = max((task.done_at for task in lately), default=None)
    for task in lately:
        if task.done_at == latest:
            reopen_task(task=task, by=by, at=at)


def _locked(task: Task) -> Task:
    """The task as it is now, and before it the guard of whom it is about now."""
    rows = Task.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.select_related("contact__company", "assignee")

    def lock(contact_id: int) -> Task:
        lock_guard(contact_id=contact_id)
        found = rows.get(pk=task.pk)
        if found.contact_id != contact_id:
            raise Elsewhere(found.contact_id)
        return found

    return follow(task.contact_id, lock)


def _renew(task: Task, *, at: datetime) -> None:
    if task.assignee is not None:
        renew_task_line(contact=task.contact, assignee=task.assignee, at=at)


def _against_call(contact: Contact, *, by: User, at: datetime) -> list[Reason]:
    touch = Touch(contact, Channel.PHONE, Purpose.PERSONAL, at=at, by=by)
    return decide_touch(touch=touch, title=_("Planned call"), without=NOT_ASKED)


def _check_open(task: Task) -> None:
    if not task.is_open:
        raise TaskOver(_("This task is over already."))


def _check_due(due_at: datetime, *, at: datetime) -> None:
    if not at < due_at <= at + FARTHEST:
        sentence = _("Choose a time from now to two years ahead.")
        raise BadTask(sentence, attr="due_at")


def _check_assignee(assignee: User) -> None:
    if not assignee.is_active or not assignee.may_write:
        sentence = _("%(name)s cannot work with contacts.")
        raise BadTask(sentence % {"name": assignee}, attr="assignee")
