"""Two models side by side: a row for each channel, as it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insights.attribution.paths import Credit
from insights.selectors.attribution.report import NOTHING, Attribution, Line
from leadhub.temperature import adding_up

# From this difference on a row is marked: so much of a conversion, and of its share.
MUCH, SHARE = 0.5, 0.2


@dataclass(frozen=True, slots=True)
class Row:
    """``shown`` numbers are in tenths and add up to the total that is shown."""

    line: Line
    beside: Credit | None
    # Of who earned most.
    share: float
    shown: float
    beside_shown: float | None

    @property
    def more(self) -> float | None:
        """How much more the model beside gives it."""
        if self.beside_shown is None:
            return None
        return round(self.beside_shown - self.shown, 1)

    @property
    def differs(self) -> bool:
        """Whether the models differ enough about it to be worth a mark."""
        if self.more is None:
            return False
        most = max(self.beside_shown or 0, self.shown)
        return abs(self.more) >= max(MUCH, SHARE * most)


@dataclass(frozen=True, slots=True)
class Comparison:
    rows: list[Row]

    @property
    def first(self) -> Row | None:
        """Who earned most."""
        return next((row for row in self.rows if row.shown), None)

    @property
    def most_different(self) -> Row | None:
        marked = [row for row in self.rows if row.differs]
        return max(marked, key=lambda row: abs(row.more or 0), default=None)

    @property
    def dearest_for_nothing(self) -> Row | None:
        """What cost most of that which earned nothing."""
        idle = [row for row in self.rows if row.line.cost and not row.shown]
        return max(idle, key=lambda row: row.line.cost or 0, default=None)


def compared(
    found: Attribution, model: str, *, beside: str = "", order: int = 1
) -> Comparison:
    """In the order of ``model``. Raises ``TooManyStates``."""
    lines = found.lines(model, order=order, beside=beside)
    total = len(found.known)
    shown = adding_up([line.credit.conversions for line in lines], total)
    credits_beside: Sequence[Credit | None] = [None] * len(lines)
    shown_beside: Sequence[float | None] = [None] * len(lines)
    if beside:
        theirs = found.credits(beside, order=order)
        credits_beside = [theirs.get(line.key, NOTHING) for line in lines]
        parts = [credit.conversions for credit in credits_beside if credit]
        shown_beside = adding_up(parts, total)
    most = max((line.credit.conversions for line in lines), default=0) or 1
    return Comparison(
        [
            Row(line, credit, line.credit.conversions / most, mine, yours)
            for line, credit, mine, yours in zip(
                lines, credits_beside, shown, shown_beside, strict=True
            )
        ]
    )
