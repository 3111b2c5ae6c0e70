"""The ways that contacts went to a conversion."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from insights.attribution.paths import Key, Path
from insights.selectors.attribution.conversions import Conversion
from insights.selectors.attribution.dimensions import Dimension
from insights.selectors.attribution.touches import Touch, touches, visits

DAY = timedelta(days=1)


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
