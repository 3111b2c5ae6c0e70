"""Why sales declines leads, and what had brought those: one definition, both teams."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Count

from insights.selectors.lists import handoffs_url
from insights.selectors.periods import Period
from sales.models import Handoff, HandoffCause
from sales.models.handoff import HandoffQuerySet
from sales.selectors.promises import declined

# Below that a share says nothing.
ENOUGH = 5
SHOWN = 50


@dataclass(frozen=True, slots=True)
class DeclineReason:
    """How often a reason was given, and the list of those handoffs."""

    key: str
    label: str
    count: int
    # Of the most frequent one, as its bar is long.
    share: float
    url: str


@dataclass(frozen=True, slots=True)
class CauseLine:
    """What became of the handoffs that a cause led to. ``share`` is of 1."""

    kind: str
    name: str
    offered: int
    declined: int
    # The reason given most often, and how often.
    mostly: str
    mostly_count: int
    url: str
    declined_url: str

    @property
    def share(self) -> float:
        return self.declined / self.offered


@dataclass(frozen=True, slots=True)
class Declines:
    """Of the handoffs offered in a period."""

    offered: int
    declined: int
    reasons: list[DeclineReason]
    causes: dict[str, list[CauseLine]]

    @property
    def share(self) -> float | None:
        return self.declined / self.offered if self.offered else None

    @property
    def worst(self) -> CauseLine | None:
        """The rule, campaign or measure declined most, if more than all are."""
        lines = [line for lines in self.causes.values() for line in lines]
        told = [line for line in lines if line.offered >= ENOUGH and line.declined]
        found = max(told, key=lambda line: (line.share, line.declined), default=None)
        return found if found and found.share > (self.share or 0) else None


def declines(period: Period, *, rows: HandoffQuerySet) -> Declines:
    """Count ``rows`` that were offered in the period; four queries."""
    rows = rows.offered_in(period.since, period.until).order_by()
    refused = declined(rows, period.until)
    counted = dict(
        refused.values_list("decline_reason").annotate(count=Count("pk")).order_by()
    )
    most, total = max(counted.values(), default=1), sum(counted.values())
    labels = {key: str(label) for key, label in Handoff.Reason.choices}
    reasons = [
        DeclineReason(
            key,
            labels.get(key, key),
            count,
            count / most,
            _url(period, answer="declined", reason=key),
        )
        for key, count in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return Declines(
        offered=rows.count(),
        declined=total,
        reasons=reasons,
        causes=_causes(period, rows=rows, refused=refused, labels=labels),
    )


def _causes(
    period: Period,
    *,
    rows: HandoffQuerySet,
    refused: HandoffQuerySet,
    labels: dict[str, str],
) -> dict[str, list[CauseLine]]:
    """By kind, those with most declined handoffs first."""
    of_all = HandoffCause.objects.filter(handoff__in=rows.values("pk"))
    offered = of_all.values_list("kind", "name").annotate(count=Count("pk"))
    why: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    of_refused = HandoffCause.objects.filter(handoff__in=refused.values("pk"))
    told = of_refused.values_list("kind", "name", "handoff__decline_reason")
    for kind, name, reason, count in told.annotate(count=Count("pk")):
        why[kind, name][reason] = count
    found: dict[str, list[CauseLine]] = {kind: [] for kind in HandoffCause.Kind.values}
    for kind, name, count in offered:
        reasons = why[kind, name]
        key, times = min(
            reasons.items(), key=lambda pair: (-pair[1], pair[0]), default=("", 0)
        )
        cause = f"{kind}:{name}"
        found[kind].append(
            CauseLine(
                kind=kind,
                name=name,
                offered=count,
                declined=reasons.total(),
                mostly=labels.get(key, key),
                mostly_count=times,
                url=_url(period, cause=cause),
                declined_url=_url(period, cause=cause, answer="declined"),
            )
        )
    for lines in found.values():
        lines.sort(key=lambda line: (-line.declined, -line.share, line.name))
        del lines[SHOWN:]
    return found


def _url(period: Period, **query: str) -> str:
    return handoffs_url(
        **query,
        offered_since=period.since.isoformat(),
        offered_before=period.until.isoformat(),
    )
