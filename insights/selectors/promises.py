"""What both teams promised each other in a period, and what they kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from insights.selectors.figures import handoffs_url
from insights.selectors.periods import Period
from sales.models import Handoff
from sales.selectors.promises import ANSWERS

# Team, promise, which handoffs kept it and which did not.
PROMISES = (
    (
        _("Marketing"),
        _("Sales accepts the leads it is handed"),
        "accepted",
        "refused",
    ),
    (_("Sales"), _("Handoffs are accepted in time"), "in_time", "late"),
    (
        _("Sales"),
        _("First touch in time after accepting"),
        "touched",
        "untouched",
    ),
)


@dataclass(frozen=True, slots=True)
class Promise:
    """How often a team kept it; both numbers link to their handoffs."""

    team: str
    label: str
    kept: int
    missed: int
    kept_url: str
    missed_url: str

    @property
    def share(self) -> float | None:
        """How many of 100."""
        judged = self.kept + self.missed
        return 100 * self.kept / judged if judged else None


def promises(period: Period, *, at: datetime) -> list[Promise]:
    """Of the handoffs offered in the period; what is not due yet is in neither."""
    rows = Handoff.objects.offered_in(period.since, period.until)
    offered = {
        "offered_since": period.since.isoformat(),
        "offered_before": period.until.isoformat(),
    }
    return [
        Promise(
            team=team,
            label=label,
            kept=ANSWERS[kept](rows, at).count(),
            missed=ANSWERS[missed](rows, at).count(),
            kept_url=handoffs_url(answer=kept, **offered),
            missed_url=handoffs_url(answer=missed, **offered),
        )
        for team, label, kept, missed in PROMISES
    ]
