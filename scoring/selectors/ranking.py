"""How well a model ranks contacts whose outcome is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contacts.conditions.evaluation import contacts_matching, reader_of
from contacts.models import Contact
from scoring.models import ScoringModel
from scoring.roc import roc_auc
from scoring.selectors.evaluation import evaluate
from scoring.selectors.outcomes import Named, happened

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Ranking:
    """Everybody's total as of now, and who had the outcome, in the same order."""

    totals: list[float]
    outcome: list[bool]

    @property
    def auc(self) -> float | None:
        return roc_auc(self.totals, self.outcome)

    def best(self, share: float) -> tuple[float, int, int]:
        """(from which total, how many with the outcome, how many) those are.

        All who have as many points as the last of them are taken.
        """
        order = sorted(self.totals, reverse=True)
        threshold = order[max(0, round(share * len(order)) - 1)]
        taken = [
            had
            for total, had in zip(self.totals, self.outcome, strict=True)
            if total >= threshold
        ]
        return threshold, sum(taken), len(taken)


def ranking(
    model: ScoringModel, *, outcome: Named, among: dict[str, Any], at: datetime
) -> Ranking:
    """Score ``among`` under ``model``, live or not, and hold it against the outcome.

    By scores as of ``at``, not as they were before the outcome came: for contacts that
    are what they were, and models of fit. A backtest looks back.
    """
    rows = contacts_matching(Contact.objects.all(), among, at=at).order_by("pk")
    had = _had(outcome, at=at)
    found = Ranking([], [])
    after = 0
    while contacts := list(rows.filter(pk__gt=after)[:CHUNK]):
        after = contacts[-1].pk
        scores = evaluate(contacts, model=model, at=at)
        who = had(contacts)
        for contact in contacts:
            found.totals.append(scores[contact.pk].now.total)
            found.outcome.append(contact.pk in who)
    return found


def _had(outcome: Named, *, at: datetime) -> Callable[[list[Contact]], Any]:
    if isinstance(outcome, str):
        return lambda contacts: happened(
            outcome, [contact.pk for contact in contacts], known_at=at
        )
    read = reader_of([outcome])
    return lambda contacts: read(contacts, at=at)[0]
