"""The next two weeks of a sequence: who gets what when, and who is held back and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.models import Enrollment
from campaigns.models import Sequence as MailSequence
from campaigns.steps.foresight import Foreseen, foresee
from campaigns.steps.kinds import run_of
from campaigns.steps.plan import plans_of

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

    Asks the gate without locking, so it may come otherwise. ``MOST_RUNS`` bounds what it
    costs; the number of queries depends on the steps, not on how many take them.
    """
    active = Enrollment.objects.active().filter(sequence=sequence)
    runs = list(
        active.select_related(
            "contact__owner", "contact__company", "sequence"
        ).order_by("due_at", "pk")[:MOST_RUNS]
    )
    plans = plans_of({run.version_id for run in runs})
    starts = []
    for run in runs:
        plan = plans[run.version_id]
        step = plan.at(run.step_id)
        if step is not None:
            starts.append((run_of(run, step, at=at), plan))
    mails = sorted(
        foresee(starts, until=at + SPAN), key=lambda mail: (mail.at, mail.run.pk)
    )
    return Forecast(mails, shown=len(runs), total=active.count())
