"""The scheduler of sequences: takes the steps that are due, and costs what is due."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from campaigns.models import Enrollment, EnrollmentEvent, Step
from campaigns.models import Sequence as MailSequence
from campaigns.services.ending import end_runs
from campaigns.steps.kinds import KINDS, End, Go, Wait, run_of
from campaigns.steps.plan import Plan
from campaigns.steps.stopping import first_end
from contacts.conditions.evaluation import matches
from contacts.gate import Channel, Purpose, Touch, reasons_against
from contacts.models import Contact

logger = logging.getLogger(__name__)

# Of one run at one time; what wants more goes on a minute later.
MOST_STEPS = 50
MAX_FAILURES = 5
# Who has just sent a form confirms it by mail: so long its link is good.
CONSENT_MAY_FOLLOW = timedelta(days=7)
Happened = EnrollmentEvent.Kind


def advance_due_enrollments() -> int:
    """Take all steps that are due by now; return how many runs were looked at.

    In batches, each a transaction that holds its contacts and their runs. What another
    run of this holds is left to it. A run that fails is tried again, later each time,
    and ends after five failures; the others go on.
    """
    count, size = 0, settings.ENROLLMENTS_PER_TRANSACTION
    # Who becomes due while this runs is for the next one: so it comes to an end.
    began, last = timezone.now(), None
    while True:
        rows = due_after(last, at=began).values_list("due_at", "pk", "contact_id")
        batch = list(rows[:size])
        if not batch:
            return count
        found = {pk: contact_id for _due_at, pk, contact_id in batch}
        count += _advance_batch(found, at=timezone.now())
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


@transaction.atomic
def _advance_batch(found: dict[int, int], *, at: datetime) -> int:
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
    plans = _plans(rows)
    for row in rows:
        row.contact = held[row.contact_id]
        try:
            with transaction.atomic():  # one contact's failure is not the others'
                _advance(row, plans[row.version_id], at=at)
        except Exception:
            logger.exception("A step of enrollment %s failed.", row.pk)
            _put_off(row.pk, at=at)
    return len(rows)


def _plans(rows: Sequence[Enrollment]) -> dict[int, Plan]:
    versions = {row.version_id for row in rows}
    steps: dict[int, list[Step]] = {version: [] for version in versions}
    for step in Step.objects.filter(version__in=versions):
        steps[step.version_id].append(step)
    return {version: Plan(found) for version, found in steps.items()}


def _advance(row: Enrollment, plan: Plan, *, at: datetime) -> None:
    """Take steps until one of them waits or the run is over."""
    end = _why_over(row, at=at)
    if end == Enrollment.End.NO_CONSENT and at < row.entered_at + CONSENT_MAY_FOLLOW:
        # It is woken as soon as there is one.
        row.due_at = row.entered_at + CONSENT_MAY_FOLLOW
        row.save(update_fields=["due_at"])
        return
    if end:
        end_runs(rows=[row], end=end, at=at)
        return
    events = []
    step = plan.by_pk[row.step_id] if row.step_id else plan.first()
    for _number in range(MOST_STEPS):
        if step is None:
            EnrollmentEvent.objects.bulk_create(events)
            end_runs(rows=[row], end=Enrollment.End.DONE, at=at)
            return
        if row.step_id != step.pk:
            row.step, row.step_at = step, None
        outcome = KINDS[step.kind].take(run_of(row, step, at=at))
        is_new, row.step_at = row.step_at is None, row.step_at or at
        if isinstance(outcome, End):
            EnrollmentEvent.objects.bulk_create(events)
            end_runs(rows=[row], end=outcome.end, at=at, note=outcome.note)
            return
        if isinstance(outcome, Wait):
            if is_new:
                events.append(_event(row, Happened.WAITS, outcome.note, at=at))
            row.due_at = outcome.until
            break
        events.append(_event(row, Happened.DID, outcome.note, at=at))
        step = _next(plan, step, outcome)
    else:
        row.step, row.step_at = step, None
        row.due_at = at + timedelta(minutes=1)
    row.failures = 0
    row.save(update_fields=["step", "step_at", "due_at", "failures"])
    EnrollmentEvent.objects.bulk_create(events)


def _why_over(row: Enrollment, *, at: datetime) -> Enrollment.End | None:
    touch = Touch(row.contact, Channel.EMAIL, Purpose.MARKETING, at=at)
    if end := first_end(reasons_against(touch)):
        return end
    goal = row.sequence.goal
    if goal and matches(goal, [row.contact], at=at)[row.contact.pk]:
        return Enrollment.End.GOAL
    return None


def _next(plan: Plan, step: Step, outcome: Go) -> Step | None:
    if outcome.branch is None:
        return plan.after(step)
    return plan.into(step, outcome.branch)


def _event(
    row: Enrollment, kind: Happened, note: str, *, at: datetime
) -> EnrollmentEvent:
    return EnrollmentEvent(
        enrollment=row, kind=kind, at=at, step=row.step, note=note[:200]
    )


def _put_off(pk: int, *, at: datetime) -> None:
    """Try it again, later each time; after five failures the run is over."""
    row = Enrollment.objects.select_related("step").get(pk=pk)
    row.failures += 1
    if row.failures >= MAX_FAILURES:
        end_runs(rows=[row], end=Enrollment.End.FAILED, at=at)
        return
    row.due_at = at + timedelta(minutes=4**row.failures)
    row.save(update_fields=["failures", "due_at"])
    event = _event(row, Happened.FAILED, "", at=at)
    event.save(force_insert=True)
