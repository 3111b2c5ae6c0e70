"""Conversions of a period, shared out: the figures of the page, of REST and of CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import User
from insights.attribution.catalog import OF_TIMES, attribute
from insights.attribution.markov import Chain
from insights.attribution.paths import Credit, Credits, Key, Path, keys_of
from insights.selectors.attribution.conversions import CONVERSIONS, ConversionKind
from insights.selectors.attribution.costs import costs
from insights.selectors.attribution.dimensions import Dimension, dimension
from insights.selectors.attribution.others import MOST_STATES, chain_of_others
from insights.selectors.attribution.walks import Walk, together, walks_of
from insights.selectors.periods import Period

NOTHING = Credit()


@dataclass(frozen=True, slots=True)
class Line:
    """What one channel, measure ... earned, and what it cost."""

    key: Key
    label: str
    credit: Credit
    cost: Decimal | None

    @property
    def cost_each(self) -> float | None:
        """Per conversion earned."""
        if not self.cost or self.credit.conversions < 1e-9:
            return None
        return float(self.cost) / self.credit.conversions

    @property
    def back(self) -> float | None:
        """What came back for each unit of money spent."""
        return self.credit.value / float(self.cost) if self.cost else None


@dataclass(frozen=True)
class Attribution:
    """Conversions of a period with the ways to them. Each model shares all of them."""

    kind: ConversionKind
    by: Dimension
    period: Period
    window_days: int
    walks: Sequence[Walk]
    _shared: dict[tuple[str, int], Credits] = field(default_factory=dict)
    _others: dict[int, Chain] = field(default_factory=dict)

    @property
    def total(self) -> Credit:
        return _sum(self.walks)

    @cached_property
    def known(self) -> list[Walk]:
        return [walk for walk in self.walks if walk.way]

    @cached_property
    def paths(self) -> list[Path]:
        """Those with a touch, without their times: of equal ways there is one."""
        return together(self.known)

    @cached_property
    def timed_paths(self) -> list[Path]:
        return [walk.path for walk in self.known]

    @property
    def unknown(self) -> Credit:
        """Conversions without a touch in the window: nobody earned them."""
        return _sum([walk for walk in self.walks if not walk.way])

    @property
    def without_value(self) -> int:
        if not self.kind.has_value:
            return 0
        return sum(walk.conversion.value is None for walk in self.walks)

    def others(self, order: int = 1) -> Chain:
        """The ways of those who did not convert; one query, now and then."""
        if order not in self._others:
            self._others[order] = chain_of_others(
                self.kind,
                self.period,
                by=self.by,
                window_days=self.window_days,
                order=order,
            )
        return self._others[order]

    def credits(self, model: str, *, order: int = 1) -> Credits:
        """Raises ``TooManyStates``."""
        if (model, order) not in self._shared:
            self._shared[model, order] = attribute(
                self.timed_paths if model in OF_TIMES else self.paths,
                model=model,
                half_life_days=settings.ATTRIBUTION_HALF_LIFE_DAYS,
                order=order,
                most=MOST_STATES,
                others=self.others(order) if model == "markov" else None,
            )
        return self._shared[model, order]

    def lines(self, model: str, *, order: int = 1, beside: str = "") -> list[Line]:
        """Who earned most first; who cost something and earned nothing, too.

        Those who earn something by the model ``beside`` only are there. Raises
        ``TooManyStates``.
        """
        earned = self.credits(model, order=order)
        spent = self.costs
        keys = set(keys_of(self.paths))
        keys |= set(spent or ())
        for shared in [earned, self.credits(beside, order=order) if beside else {}]:
            keys |= {key for key, credit in shared.items() if credit.conversions}
        labels = self.by.labels(keys)
        found = [
            Line(
                key,
                labels.get(key, str(key)),
                earned.get(key, NOTHING),
                None if spent is None else spent.get(key, Decimal(0)),
            )
            for key in keys
        ]
        return sorted(found, key=_rank)

    @property
    def spent(self) -> Decimal | None:
        """All costs, as shown; what they are per conversion, and what came back."""
        return None if self.costs is None else sum(self.costs.values(), Decimal(0))

    @property
    def spent_each(self) -> float | None:
        return (
            float(self.spent) / len(self.walks) if self.spent and self.walks else None
        )

    @property
    def back(self) -> float | None:
        return self.total.value / float(self.spent) if self.spent else None

    @cached_property
    def costs(self) -> dict[Key, Decimal] | None:
        return costs(self.period, by=self.by)


def attribution(
    period: Period,
    *,
    rows: QuerySet,
    conversion: str,
    by: str,
    window_days: int | None = None,
    user: User | None = None,
) -> Attribution:
    """Read conversions among ``rows``, handoffs or deals, and the ways to them.

    Two queries, three by rep; the others come with what is asked. ``user`` is who
    will see them.
    """
    kind, by_what = CONVERSIONS[conversion], dimension(by, user=user)
    window_days = window_days or settings.ATTRIBUTION_WINDOW_DAYS
    conversions = kind.load(rows, period)
    contacts = kind.within(rows, period).order_by().values("contact")
    walks = walks_of(conversions, contacts, by=by_what, window_days=window_days)
    return Attribution(kind, by_what, period, window_days, walks)


def _rank(line: Line) -> tuple[float, float, str, str]:
    # To the tenth of a millionth: sums of equal shares come in equal places.
    return (
        -round(line.credit.conversions, 7),
        -round(line.credit.value, 2),
        line.label.casefold(),
        str(line.key),
    )


def _sum(walks: Sequence[Walk]) -> Credit:
    value = sum((walk.conversion.value or Decimal(0) for walk in walks), Decimal(0))
    return Credit(float(len(walks)), float(value))
