"""The scheduler of sequences: takes the steps that are due, and costs what is due."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from campaigns.models import Enrollment, EnrollmentEvent, Step
from campaigns.models import Sequence as MailSequence
from campaigns.services.ending import end_runs
from campaigns.steps.kinds import End, Wait, run_of
from campaigns.steps.plan import Plan, outcomes, plans_of
from campaigns.steps.stopping import first_end
from contacts.conditions.evaluation import matches
from contacts.gate import Channel, Purpose, Touch, reasons_against_each
from contacts.models import Contact

logger = logging.getLogger(__name__)

# Of one run at one time; what wants more goes on a minute later.
MOST_STEPS = 50
MAX_FAILURES = 5
# Who has just sent a form confirms it by mail: so long its link is good.
CONSENT_MAY_FOLLOW = timedelta(days=7)
Happened = EnrollmentEvent.Kind


def advance_due_enrollments(*, at: datetime | None = None) -> int:
    """Take all steps that are due by ``at`` (now); return how many runs were looked at.

    In batches, each a transaction that holds its contacts and their runs. What another
    run of this holds is left to it. A run that fails is tried again, later each time,
    and ends after five failures; the others go on.
    """
    count, size = 0, settings.ENROLLMENTS_PER_TRANSACTION
    # Who becomes due while this runs is for the next one: so it comes to an end.
    began, last = at or timezone.now(), None
    while True:
        rows = due_after(last, at=began).values_list("due_at", "pk", "contact_id")
        batch = list(rows[:size])
        if not batch:
            return count
        for found in _apart([(pk, contact_id) for _due_at, pk, contact_id in batch]):
            count += _advance_batch(found, at=at or timezone.now())
        # What is still due is held by somebody else: go on behind it.
        last = batch[-1][:2]


def due_after(
    last: tuple[datetime, int] | None, *, at: datetime
) -> QuerySet[Enrollment]:
    """Those due at ``at`` behind the place ``last``, longest due first.

    Read along an index that has only what is due, in this order.
    """
    # Not by a join: it would let the order be made from anywhere but the index.
    paused = MailSequence.objects.filter(status=MailSequence.Status.PAUSED)
    due = Enrollment.objects.due(at=at).exclude(sequence__in=paused.values("pk"))
    if last is None:
        return due
    due_at, pk = last
    return due.filter(due_at__gte=due_at).filter(
        Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=pk)
    )


def _apart(runs: Iterable[tuple[int, int]]) -> list[dict[int, int]]:
    """Run -> contact, in batches with one run of a contact at most.

    So that what the first one does to the contact is seen by the second.
    """
    batches: list[dict[int, int]] = []
    taken: Counter[int] = Counter()
    for pk, contact_id in runs:
        if taken[contact_id] == len(batches):
            batches.append({})
        batches[taken[contact_id]][pk] = contact_id
        taken[contact_id] += 1
    return batches


def _advance_batch(found: dict[int, int], *, at: datetime) -> int:
    """Advance them together; if that fails, each by itself."""
    try:
        return _advance_together(found, at=at)
    except Exception:
        if len(found) > 1:
            return sum(_advance_batch({pk: found[pk]}, at=at) for pk in found)
        [pk] = found
        logger.exception("A step of enrollment %s failed.", pk)
        _put_off(pk, at=at)
        return 1


@transaction.atomic
def _advance_together(found: dict[int, int], *, at: datetime) -> int:
    skips = connection.features.has_select_for_update_skip_locked
    # Contact before enrollment: the order in which handoffs and claims lock as well.
    contacts = Contact.objects.select_for_update(
        no_key=True, skip_locked=skips, of=("self",)
    )
    held = {
        contact.pk: contact
        for contact in contacts.filter(pk__in=set(found.values()))
        .select_related("owner", "company")
        .order_by("pk")
    }
    runs = Enrollment.objects.due(at=at).select_for_update(
        no_key=True, skip_locked=skips, of=("self",)
    )
    rows = list(
        runs.filter(pk__in=found, contact__in=held)
        .select_related("sequence__created_by", "sequence__measure")
        .order_by("pk")
    )
    for row in rows:
        row.contact = held[row.contact_id]
    tick = _Tick(at=at)
    plans = plans_of({row.version_id for row in rows})
    going = []
    for row in _still_going(rows, tick):
        plan = plans[row.version_id]
        going.append((row, plan, plan.at(row.step_id)))
    _walk(going, tick)
    tick.write()
    return len(rows)


@dataclass(slots=True)
class _Tick:
    """What becomes of a batch, written in as many statements for many as for one."""

    at: datetime
    events: list[EnrollmentEvent] = field(default_factory=list)
    waiting: list[Enrollment] = field(default_factory=list)
    over: dict[tuple[Enrollment.End, str], list[Enrollment]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def happened(self, row: Enrollment, kind: Happened, note: str) -> None:
        event = EnrollmentEvent(
            enrollment=row, kind=kind, at=self.at, step=row.step, note=note[:200]
        )
        self.events.append(event)

    def wait(self, row: Enrollment, until: datetime) -> None:
        row.due_at, row.failures = until, 0
        self.waiting.append(row)

    def end(self, row: Enrollment, end: Enrollment.End, note: str = "") -> None:
        self.over[end, note].append(row)

    def write(self) -> None:
        Enrollment.objects.bulk_update(
            self.waiting, ["step", "step_at", "due_at", "failures"]
        )
        EnrollmentEvent.objects.bulk_create(self.events)
        for (end, note), rows in self.over.items():
            end_runs(rows=rows, end=end, at=self.at, note=note)


def _walk(going: list[tuple[Enrollment, Plan, Step | None]], tick: _Tick) -> None:
    """Take steps, all runs one at a time, until they wait or are over."""
    for _number in range(MOST_STEPS):
        runs, plans = [], {}
        for row, plan, step in going:
            if step is None:
                tick.end(row, Enrollment.End.DONE)
                continue
            if row.step_id != step.pk:
                row.step, row.step_at = step, None
            plans[row.pk] = plan
            runs.append(run_of(row, step, at=tick.at))
        going = []
        for run, outcome in outcomes(runs, lambda kind: kind.take):
            row = run.enrollment
            is_new, row.step_at = row.step_at is None, row.step_at or tick.at
            if isinstance(outcome, End):
                tick.end(row, outcome.end, outcome.note)
            elif isinstance(outcome, Wait):
                if is_new:
                    tick.happened(row, Happened.WAITS, outcome.note)
                tick.wait(row, outcome.until)
            else:
                tick.happened(row, Happened.DID, outcome.note)
                plan = plans[row.pk]
                going.append((row, plan, plan.next(run.step, outcome.branch)))
        if not going:
            return
    for row, _plan, step in going:
        if step is None:
            tick.end(row, Enrollment.End.DONE)
            continue
        row.step, row.step_at = step, None
        tick.wait(row, tick.at + timedelta(minutes=1))


def _still_going(rows: Sequence[Enrollment], tick: _Tick) -> list[Enrollment]:
    """Without those that are over, whoever says so, or that wait for a permission."""
    touches = {
        row.pk: Touch(row.contact, Channel.EMAIL, Purpose.MARKETING, at=tick.at)
        for row in rows
    }
    against = reasons_against_each(touches.values())
    at_goal = _at_goal(rows, at=tick.at)
    going = []
    for row in rows:
        end = first_end(against[touches[row.pk]])
        consent_until = row.entered_at + CONSENT_MAY_FOLLOW
        if end == Enrollment.End.NO_CONSENT and tick.at < consent_until:
            # It is woken as soon as there is one.
            tick.wait(row, consent_until)
        elif end or row.pk in at_goal:
            tick.end(row, end or Enrollment.End.GOAL)
        else:
            going.append(row)
    return going


def _at_goal(rows: Sequence[Enrollment], *, at: datetime) -> set[int]:
    """The runs whose contacts are where their sequence wants them."""
    by_sequence: dict[MailSequence, list[Enrollment]] = defaultdict(list)
    for row in rows:
        if row.sequence.goal:
            by_sequence[row.sequence].append(row)
    reached = set()
    for sequence, runs in by_sequence.items():
        contacts = [row.contact for row in runs]
        holds = matches(sequence.goal, contacts, at=at)
        reached |= {row.pk for row in runs if holds[row.contact_id]}
    return reached


@transaction.atomic
def _put_off(pk: int, *, at: datetime) -> None:
    """Try it again, later each time; after five failures the run is over."""
    due = Enrollment.objects.due(at=at).select_for_update(no_key=True, of=("self",))
    row = due.select_related("step").filter(pk=pk).first()
    if row is None:  # somebody else has taken it meanwhile
        return
    row.failures += 1
    if row.failures >= MAX_FAILURES:
        end_runs(rows=[row], end=Enrollment.End.FAILED, at=at)
        return
    row.due_at = at + timedelta(minutes=4**row.failures)
    row.save(update_fields=["failures", "due_at"])
    EnrollmentEvent.objects.create(
        enrollment=row, kind=Happened.FAILED, at=at, step=row.step
    )
