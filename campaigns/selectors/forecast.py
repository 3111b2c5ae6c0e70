"""The next two weeks of a sequence: who gets what when, and who is held back and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.models import Enrollment
from campaigns.models import Sequence as MailSequence
from campaigns.models.enrollment import is_held_out
from campaigns.selectors.entries import entering
from campaigns.selectors.sequences import version_at_hand
from campaigns.steps.foresight import Foreseen, foresee
from campaigns.steps.kinds import run_of
from campaigns.steps.plan import plans_of
from contacts.conditions.evaluation import contacts_matching

SPAN = timedelta(days=14)
# Of how many runs a page shows the next weeks; those that are due first.
MOST_RUNS = 200


@dataclass(frozen=True, slots=True)
class Forecast:
    """Mails in the order of time; of ``shown`` runs of ``total`` that are under way.

    ``is_trial``: nobody is, because the sequence was never published. Then it is of those
    who would enter.
    """

    mails: list[Foreseen]
    shown: int
    total: int
    is_trial: bool = False

    @property
    def put_off(self) -> list[Foreseen]:
        """What goes out later than its step is due."""
        return [mail for mail in self.mails if mail.held_back and not mail.ends]

    @property
    def never(self) -> list[Foreseen]:
        """What does not go out at all, and ends its run."""
        return [mail for mail in self.mails if mail.ends]


def forecast(sequence: MailSequence, *, at: datetime) -> Forecast:
    """What the runs that are under way will send in the two weeks from ``at`` on.

    Of a sequence that was never published: what it would send if it were published
    ``at``. Asks the gate without locking, so it may come otherwise. ``MOST_RUNS`` bounds
    what it costs; the number of queries depends on the steps, not on how many take them.
    """
    is_trial = sequence.status == MailSequence.Status.DRAFT
    runs, total = _trial(sequence, at=at) if is_trial else _under_way(sequence)
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
    return Forecast(mails, shown=len(runs), total=total, is_trial=is_trial)


def _under_way(sequence: MailSequence) -> tuple[Sequence[Enrollment], int]:
    active = Enrollment.objects.active().filter(sequence=sequence)
    rows = active.select_related("contact__owner", "contact__company", "sequence")
    return list(rows.order_by("due_at", "pk")[:MOST_RUNS]), active.count()


def _trial(sequence: MailSequence, *, at: datetime) -> tuple[Sequence[Enrollment], int]:
    """Runs that are not stored, with negative numbers, and of how many they are.

    Of who is in the segment, or has done in the last two weeks what the trigger waits
    for, as if all entered ``at``.
    """
    version, _is_draft = version_at_hand(sequence)
    if version is None or sequence.trigger == MailSequence.Trigger.BY_HAND:
        return [], 0
    contacts = entering(sequence, since=at - SPAN, at=at)
    if sequence.goal:
        there = contacts_matching(contacts, sequence.goal, at=at)
        contacts = contacts.exclude(pk__in=there.values("pk"))
    chosen = contacts.select_related("owner", "company").order_by("pk")
    runs = [
        Enrollment(
            pk=number,
            sequence=sequence,
            version=version,
            contact=contact,
            due_at=at,
            entered_at=at,
        )
        for number, contact in enumerate(chosen[:MOST_RUNS], -MOST_RUNS)
    ]
    return [run for run in runs if not is_held_out(run)], contacts.count()
