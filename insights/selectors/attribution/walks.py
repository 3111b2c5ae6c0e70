"""The ways that contacts went: to a conversion, and to none."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import QuerySet

from insights.attribution.markov import Chain, chain_of
from insights.attribution.paths import Key, Path
from insights.selectors.attribution.conversions import Conversion, ConversionKind
from insights.selectors.attribution.dimensions import Dimension
from insights.selectors.attribution.touches import Touch, touches, visits
from insights.selectors.periods import Period

DAY = timedelta(days=1)
# So long the paths of those who did not convert are kept: there are many.
KEPT_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Walk:
    """A conversion with the touches before it, as far as the window reaches."""

    conversion: Conversion
    touches: tuple[Touch, ...]

    @property
    def way(self) -> tuple[Key, ...]:
        return tuple(touch.key for touch in self.touches)

    @property
    def path(self) -> Path:
        """Milestones are the touch nearest to when the contact became known, and the
        last one before it was handed to sales, or the first if there is none."""
        end = self.conversion.at
        moments = [touch.at for touch in self.touches]
        known = min(
            range(len(moments)),
            key=lambda place: abs(moments[place] - self.conversion.known_at),
            default=0,
        )
        handed = max(bisect_right(moments, self.conversion.handed_at) - 1, 0)
        return Path(
            self.way,
            conversions=1.0,
            value=float(self.conversion.value or 0),
            ages=tuple((end - moment) / DAY for moment in moments),
            milestones=(known, handed) if moments else (),
        )


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
        Walk(
            conversion,
            tuple(
                touch
                for touch in of_contacts.get(conversion.contact_id, ())
                # What begins with it, as the call of who accepts, led not to it.
                if conversion.at - window <= touch.at < conversion.at
            ),
        )
        for conversion in conversions
    ]


def chain_of_others(
    kind: ConversionKind,
    period: Period,
    *,
    by: Dimension,
    window_days: int,
    order: int,
) -> Chain:
    """The paths of those who did not convert in the period, as a Markov chain.

    The way of a contact ends with its last touch of the period and reaches back as far
    as the window. It is kept for ten minutes: all contacts have to be read for it.
    """
    asked = (
        *(kind.name, by.name, by.viewer, window_days, order),
        *(period.since.isoformat(), period.until.isoformat()),
    )
    key = "attribution:" + ":".join(map(str, asked))
    kept = cache.get(key)
    if kept is not None:
        return Chain.from_data(kept)
    chain = _read_others(kind, period, by, timedelta(days=window_days), order)
    cache.set(key, chain.as_data(), KEPT_SECONDS)
    return chain


def _read_others(
    kind: ConversionKind, period: Period, by: Dimension, window: timedelta, order: int
) -> Chain:
    rows = touches().filter(
        occurred_at__gte=period.since - window, occurred_at__lt=period.until
    )
    rows = rows.exclude(contact__in=kind.contacts(period))
    ways = Counter(
        _latest(theirs, since=period.since, window=window)
        for _contact, theirs in visits(by.rows(rows))
    )
    return chain_of(
        (Path(way, nulls=count) for way, count in ways.items()), order=order
    )


def _latest(
    theirs: list[Touch], *, since: datetime, window: timedelta
) -> tuple[Key, ...]:
    """Empty if the contact was not touched in the period."""
    end = theirs[-1].at
    if end < since:
        return ()
    return tuple(touch.key for touch in theirs if touch.at >= end - window)
