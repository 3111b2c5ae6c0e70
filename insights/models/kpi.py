"""What is kept of figures: the months that are over, what is aimed at, who compares."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

# Whose figure it is: "" of the whole house, else a dimension and a row of it, as in
# "journey:3", "rep:7".
HOUSE = ""


class OfWhoLeadsQuerySet(models.QuerySet):
    def visible_to(self, user: User, action: str) -> OfWhoLeadsQuerySet:
        """Everybody may know it; those who lead lay it down."""
        return self if action == "read" or user.leads else self.none()


class KpiMonth(models.Model):
    """A figure of a month, as it was when the month was closed. Never edited."""

    kpi = models.CharField(max_length=40)
    # Its first day.
    month = models.DateField()
    scope = models.CharField(max_length=40, default=HOUSE)
    value = models.FloatField(null=True)
    numerator = models.FloatField(null=True)
    denominator = models.FloatField(null=True)
    n = models.PositiveIntegerField(default=0)
    # Of the definition by which it was counted.
    version = models.PositiveSmallIntegerField(default=1)
    frozen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "month", "kpi"], name="insights_kpi_month_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kpi} {self.scope} {self.month:%Y-%m}: {self.value}"


class KpiTarget(models.Model):
    """What a figure should come to from a month on, until a later one says otherwise."""

    kpi = models.CharField(max_length=40)
    scope = models.CharField(max_length=40, default=HOUSE)
    # None: from then on nothing is aimed at.
    value = models.FloatField(null=True)
    # The first day of a month.
    valid_from = models.DateField()
    set_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    objects = OfWhoLeadsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kpi", "scope", "valid_from"], name="insights_kpi_target_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kpi} {self.scope} {self.value} from {self.valid_from:%Y-%m}"


class FigureSettings(models.Model):
    """How figures are used. One row; without it, as it says here."""

    compares_reps = models.BooleanField(
        _("show figures of single reps to others than themselves"), default=True
    )
    freeze_after_days = models.PositiveSmallIntegerField(
        _("days after its end until a month is closed"),
        default=3,
        validators=[MaxValueValidator(27)],
    )
    updated_at = models.DateTimeField(null=True, editable=False)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = OfWhoLeadsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1), name="insights_figure_settings_is_one"
            )
        ]

    def __str__(self) -> str:
        return f"closed after {self.freeze_after_days} days"

    @classmethod
    def current(cls) -> FigureSettings:
        rows = cls.objects.select_related("updated_by")
        return rows.filter(pk=1).first() or cls(pk=1)
