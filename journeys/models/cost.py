from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from journeys.models.journey import Measure

DAY = timedelta(days=1)
EARLIEST, LATEST = date(1990, 1, 1), date(2099, 12, 31)
IN_REACH = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]


class MeasureCost(models.Model):
    """What a measure costs in a period of days, both ends included.

    Periods of a measure may overlap: what they cost adds up, as the stand and the
    travel of one fair do.
    """

    class Per(models.TextChoices):
        """What the amount is for."""

        # Without a last day: spent at once, on the first.
        TOTAL = "total", _("Whole period")
        # Without a last day: until further notice.
        MONTH = "month", _("Calendar month")

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="costs")
    amount = models.DecimalField(
        _("amount in euros"),
        max_digits=12,
        decimal_places=2,
        validators=[MinValueValidator(0)],
    )
    per = models.CharField(
        _("for the"), max_length=5, choices=Per.choices, default=Per.TOTAL
    )
    since_date = models.DateField(_("first day"), validators=IN_REACH)
    until_date = models.DateField(
        _("last day"), null=True, blank=True, validators=IN_REACH
    )
    note = models.CharField(_("what for"), max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_date=None) | Q(until_date__gte=F("since_date")),
                name="journeys_cost_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="journeys_cost_is_never_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} from {self.since_date} to {self.until_date}"

    @property
    def goes_on(self) -> bool:
        """Until further notice."""
        return self.per == self.Per.MONTH and self.until_date is None

    def is_over(self, day: date) -> bool:
        """Whether all of it falls on days before ``day``."""
        return not self.goes_on and (self.until_date or self.since_date) < day

    def settled(self, day: date) -> tuple[object, ...] | None:
        """What of it is a fact on ``day``: equal facts spend the same before it.

        Of an amount by the month the days before; a whole one, once it has begun, with
        its last day too, since its days share it. None: nothing, it has not begun.
        """
        if self.since_date >= day:
            return None
        if self.per == self.Per.TOTAL:
            last = self.until_date or self.since_date
        else:
            last = min(self.until_date or LATEST, day - DAY)
        return self.amount, self.per, self.since_date, last

    def spent(self, first: date, end: date) -> Decimal:
        """What falls on the days from ``first`` to the one before ``end``, by days.

        Each day of the period, or of the calendar month, has the same share.
        """
        last = self.until_date or self.since_date
        stop = end if self.goes_on else min(end, last + DAY)
        day = max(first, self.since_date)
        if self.per == self.Per.TOTAL:
            days = (last + DAY - self.since_date).days
            return self.amount * max((stop - day).days, 0) / days
        total = Decimal(0)
        while day < stop:
            days = monthrange(day.year, day.month)[1]
            next_month = day.replace(day=1) + days * DAY
            total += self.amount * (min(next_month, stop) - day).days / days
            day = next_month
        return total
