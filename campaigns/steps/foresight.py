"""What a run will probably do: its steps taken in thought, nothing written.

Time passes as it will, contacts stay as they are: a branch goes by what holds now, the
gate is asked about the moment at which a mail would go out, and mails that are foreseen
count against the cap like those that were sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from campaigns.models.enrollment import Enrollment
from campaigns.models.sequence import Step
from campaigns.steps.kinds import Go, Run, Wait
from campaigns.steps.plan import Plan, outcomes
from campaigns.steps.stopping import first_end
from contacts.gate import Channel, Purpose, Reason, Touch, reasons_against_each

# What is put off so often within the two weeks is only said to be put off.
MOST_DELAYS = 8
MOST_ROUNDS = 200


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


@dataclass(slots=True)
class _Walk:
    """One run on its way through its plan: where it is, and when."""

    run: Run
    plan: Plan
    sent: list[datetime] = field(default_factory=list)
    # Of the mail at hand.
    held_back: tuple[Reason, ...] = ()
    delays: int = 0

    def go_on(self, branch: str | None = None) -> bool:
        """To the next step, at once. False: there is none."""
        step = self.plan.next(self.run.step, branch)
        if step is None:
            return False
        self.run = replace(self.run, step=step, step_at=self.run.at)
        self.held_back, self.delays = (), 0
        return True

    def wait(self, until: datetime) -> bool:
        self.run = replace(self.run, at=until)
        return True

    def open_window(self) -> None:
        self.wait(self.run.window.next_open(self.run.at, zone=self.run.zone))

    def foreseen(self, *reasons: Reason, ends: bool = False) -> Foreseen:
        run, held_back = self.run, reasons or self.held_back
        return Foreseen(run.enrollment, run.step, run.at, held_back, ends)

    def touch(self) -> Touch:
        return Touch(
            self.run.contact,
            Channel.EMAIL,
            Purpose.MARKETING,
            at=self.run.at,
            foreseen=tuple(self.sent),
        )


def foresee(
    starts: Iterable[tuple[Run, Plan]], *, until: datetime
) -> Iterator[Foreseen]:
    """The mails of these runs until then; those of one run in their order.

    All go one step at a time, so that what many of them ask is asked at once.
    """
    walks = [_begun(run, plan) for run, plan in starts]
    for _number in range(MOST_ROUNDS):
        walks = [walk for walk in walks if walk.run.at <= until]
        mailing = [walk for walk in walks if walk.run.step.kind == Step.Kind.MAIL]
        for walk in mailing:
            walk.open_window()
        mailing = [walk for walk in mailing if walk.run.at <= until]
        walks = _others(walks)
        for walk, foreseen in _mails(mailing):
            if foreseen is None:
                walks.append(walk)
                continue
            yield foreseen
            if not foreseen.ends and walk.go_on():
                walks.append(walk)
        if not walks:
            return


def _begun(run: Run, plan: Plan) -> _Walk:
    at = max(run.at, run.enrollment.due_at or run.at)
    step_at = run.step_at if run.enrollment.step_at else at
    return _Walk(replace(run, at=at, step_at=step_at), plan)


def _others(walks: Sequence[_Walk]) -> list[_Walk]:
    """Those at other steps than mails, one step on; without those that are over."""
    by_run = {
        walk.run.enrollment.pk: walk
        for walk in walks
        if walk.run.step.kind != Step.Kind.MAIL
    }
    runs = [walk.run for walk in by_run.values()]
    going = []
    for run, outcome in outcomes(runs, lambda kind: kind.foresee):
        walk = by_run[run.enrollment.pk]
        if isinstance(outcome, Wait):
            goes = walk.wait(outcome.until)
        else:
            goes = isinstance(outcome, Go) and walk.go_on(outcome.branch)
        if goes:
            going.append(walk)
    return going


def _mails(walks: Sequence[_Walk]) -> Iterator[tuple[_Walk, Foreseen | None]]:
    """What becomes of the mail that each is at; None: it is put off for now."""
    touches = [walk.touch() for walk in walks]
    against = reasons_against_each(touches)
    for walk, touch in zip(walks, touches, strict=True):
        reasons = against[touch]
        lasting = any(reason.until is None for reason in reasons)
        if reasons and (lasting or first_end(reasons)):
            yield walk, walk.foreseen(*reasons, ends=True)
            continue
        if reasons and walk.delays < MOST_DELAYS:
            later = max(reason.until for reason in reasons if reason.until)
            walk.held_back = walk.held_back or tuple(reasons)
            walk.delays += 1
            walk.wait(max(later, touch.at + timedelta(minutes=1)))
            yield walk, None
            continue
        yield walk, walk.foreseen()
        walk.sent.append(touch.at)
