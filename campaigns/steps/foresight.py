"""What a run will probably do: its steps taken in thought, nothing written.

Time passes as it will, contacts stay as they are: a branch goes by what holds now, the
gate is asked about the moment at which a mail would go out, and mails that are foreseen
count against the cap like those that were sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from campaigns.models.enrollment import Enrollment
from campaigns.models.sequence import Step
from campaigns.steps.kinds import KINDS, Go, Run, Wait
from campaigns.steps.plan import Plan
from campaigns.steps.stopping import first_end
from contacts.gate import Reason

# What is put off so often within the two weeks is only said to be put off.
MOST_DELAYS = 8
MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A mail that would go out at ``at``, or what keeps it back then."""

    run: Enrollment
    step: Step
    at: datetime
    # Why not at the moment it was meant for, if it waits; else empty.
    held_back: tuple[Reason, ...] = ()
    # It will not go out at all, and the run ends with it.
    ends: bool = False


Ask = Callable[[Enrollment, datetime, Sequence[datetime]], list[Reason]]
"""(run, moment, moments of mails foreseen before it) -> what speaks against a mail."""


def foresee(run: Run, plan: Plan, *, until: datetime, ask: Ask) -> Iterator[Foreseen]:
    """The mails of one run until then, in their order."""
    at = max(run.at, run.enrollment.due_at or run.at)
    step = plan.by_pk.get(run.step.pk)
    begun = run.step_at if run.enrollment.step_at else at
    sent: list[datetime] = []
    for _number in range(MOST_STEPS):
        if step is None or at > until:
            return
        now = replace(run, step=step, step_at=begun, at=at)
        if step.kind == Step.Kind.MAIL:
            mail = _mail(now, sent, until=until, ask=ask)
            if mail is None:
                return
            yield mail
            if mail.ends:
                return
            sent.append(mail.at)
            at = begun = mail.at
            step = plan.after(step)
            continue
        outcome = KINDS[step.kind].foresee(now)
        if isinstance(outcome, Wait):
            at = outcome.until
        elif isinstance(outcome, Go):
            step = (
                plan.after(step)
                if outcome.branch is None
                else plan.into(step, outcome.branch)
            )
            begun = at
        else:
            return


def _mail(
    run: Run, sent: Sequence[datetime], *, until: datetime, ask: Ask
) -> Foreseen | None:
    """When the mail of this step would go out; None: not before ``until``."""
    at = run.window.next_open(run.at, zone=run.zone)
    held_back: tuple[Reason, ...] = ()
    for _number in range(MOST_DELAYS):
        if at > until:
            return None
        reasons = ask(run.enrollment, at, sent)
        if not reasons:
            return Foreseen(run.enrollment, run.step, at, held_back)
        held_back = held_back or tuple(reasons)
        if first_end(reasons) or any(reason.until is None for reason in reasons):
            return Foreseen(run.enrollment, run.step, at, tuple(reasons), ends=True)
        later = max(reason.until for reason in reasons if reason.until)
        at = run.window.next_open(max(later, at + timedelta(minutes=1)), zone=run.zone)
    return Foreseen(run.enrollment, run.step, at, held_back)
