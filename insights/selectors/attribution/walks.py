"""The ways that contacts went to a conversion."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from insights.attribution.paths import Key, Path
from insights.selectors.attribution.conversions import Conversion
from insights.selectors.attribution.dimensions import Dimension
from insights.selectors.attribution.touches import Visits, touches, visits

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Walk:
    """A conversion with the touches before it, as far as the window reaches."""

    conversion: Conversion
    way: tuple[Key, ...]
    # When each of them began.
    moments: tuple[datetime, ...]

    @property
    def path(self) -> Path:
        """With its times and milestones, for the models that ask for them.

        Milestones are the touch nearest to when the contact became known, and the last
        one before it was handed to sales, or the first if there is none.
        """
        end = self.conversion.at
        handed = bisect_right(self.moments, self.conversion.handed_at) - 1
        return Path(
            self.way,
            conversions=1.0,
            value=float(self.conversion.value or 0),
            ages=tuple((end - moment) / DAY for moment in self.moments),
            milestones=(self._known, max(handed, 0)) if self.way else (),
        )

    @property
    def _known(self) -> int:
        known_at, moments = self.conversion.known_at, self.moments
        after = bisect_left(moments, known_at)
        if after == 0:
            return 0
        before = bisect_left(moments, moments[after - 1])
        if (
            after == len(moments)
            or known_at - moments[before] <= moments[after] - known_at
        ):
            return before
        return after


def together(walks: Iterable[Walk]) -> list[Path]:
    """The paths of ``walks`` without times: equal ways are one."""
    ways: dict[tuple[Key, ...], list[Walk]] = defaultdict(list)
    for walk in walks:
        ways[walk.way].append(walk)
    return [
        Path(
            way,
            conversions=float(len(same)),
            value=float(sum(walk.conversion.value or 0 for walk in same)),
        )
        for way, same in ways.items()
    ]


def walks_of(
    conversions: Sequence[Conversion],
    contacts: QuerySet,
    *,
    by: Dimension,
    window_days: int,
) -> list[Walk]:
    """In the order of ``conversions``, those without a touch too; one query.

    ``contacts`` are the numbers of theirs, as a query.
    """
    if not conversions:
        return []
    window = timedelta(days=window_days)
    moments = [conversion.at for conversion in conversions]
    rows = touches().filter(
        contact__in=contacts,
        occurred_at__gte=min(moments) - window,
        occurred_at__lt=max(moments),
    )
    of_contacts = dict(visits(by.rows(rows)))
    return [
        _walk(conversion, of_contacts.get(conversion.contact_id, ([], [])), window)
        for conversion in conversions
    ]


def _walk(conversion: Conversion, theirs: Visits, window: timedelta) -> Walk:
    keys, moments = theirs
    first = bisect_left(moments, conversion.at - window)
    # What begins with it, as the call of who accepts, led not to it.
    end = bisect_left(moments, conversion.at)
    return Walk(conversion, tuple(keys[first:end]), tuple(moments[first:end]))
