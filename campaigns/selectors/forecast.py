"""The next two weeks of a sequence: who gets what when, and who is held back and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.models import Enrollment, Step
from campaigns.models import Sequence as MailSequence
from campaigns.steps.foresight import Foreseen, foresee
from campaigns.steps.kinds import run_of
from campaigns.steps.plan import Plan
from contacts.gate import Channel, Purpose, Reason, Touch, reasons_against

SPAN = timedelta(days=14)
# Of how many runs a page shows the next weeks; those that are due first.
MOST_RUNS = 200


@dataclass(frozen=True, slots=True)
class Forecast:
    """Mails in the order of time; of ``shown`` runs of ``total`` that are under way."""

    mails: list[Foreseen]
    shown: int
    total: int


def forecast(sequence: MailSequence, *, at: datetime) -> Forecast:
    """What the runs that are under way will send in the two weeks from ``at`` on.

    Asks the gate without locking, so it may come otherwise. Costs some queries for each
    mail; ``MOST_RUNS`` bounds them.
    """
    active = Enrollment.objects.active().filter(sequence=sequence)
    runs = list(
        active.select_related(
            "contact__owner", "contact__company", "sequence"
        ).order_by("due_at", "pk")[:MOST_RUNS]
    )
    plans = {pk: Plan(Step.objects.filter(version=pk)) for pk in _versions(runs)}
    mails = []
    for run in runs:
        plan = plans[run.version_id]
        step = plan.by_pk.get(run.step_id) if run.step_id else plan.first()
        if step is not None:
            now = run_of(run, step, at=at)
            mails += foresee(now, plan, until=at + SPAN, ask=_ask)
    mails.sort(key=lambda mail: (mail.at, mail.run.pk))
    return Forecast(mails, shown=len(runs), total=active.count())


def _versions(runs: Sequence[Enrollment]) -> set[int]:
    return {run.version_id for run in runs}


def _ask(run: Enrollment, at: datetime, foreseen: Sequence[datetime]) -> list[Reason]:
    return reasons_against(
        Touch(
            run.contact,
            Channel.EMAIL,
            Purpose.MARKETING,
            at=at,
            foreseen=tuple(foreseen),
        )
    )
