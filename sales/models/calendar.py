"""What the promise clock goes by: how long, the firm's hours, and its holidays."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.hours import OFFICE
from accounts.models import User
from journeys.models import Team
from journeys.models.interaction import Kind


def office() -> dict[str, list[str]]:
    return dict(OFFICE)


def fast() -> dict[str, int]:
    return {str(Kind.DEMO_REQUEST): 5}


class OfAdministratorsQuerySet(models.QuerySet):
    def visible_to(self, user: User, action: str) -> OfAdministratorsQuerySet:
        """Everybody may know it, administrators set it."""
        return self if action == "read" or user.is_administrator else self.none()


class PromiseSettings(models.Model):
    """What sales promises. One row; without it, as it says here.

    All durations are working time of the rep, in minutes.
    """

    accept_minutes = models.PositiveIntegerField(_("answer within"), default=240)
    # kind of interaction -> minutes, where one of them has tipped it.
    fast_minutes = models.JSONField(default=fast)
    touch_minutes = models.PositiveIntegerField(_("first touch within"), default=480)
    # See accounts.hours; reps may have others.
    hours = models.JSONField(_("working hours"), default=office)
    # "" is the TIME_ZONE of the installation.
    timezone = models.CharField(_("time zone"), max_length=64, blank=True, default="")
    updated_at = models.DateTimeField(null=True)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = OfAdministratorsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1), name="sales_promise_settings_is_one"
            )
        ]

    def __str__(self) -> str:
        return f"answer within {self.accept_minutes} min"

    @classmethod
    def current(cls) -> PromiseSettings:
        rows = cls.objects.select_related("updated_by")
        return rows.filter(pk=1).first() or cls(pk=1)

    @property
    def touch_within(self) -> timedelta:
        return timedelta(minutes=self.touch_minutes)


class HolidayQuerySet(OfAdministratorsQuerySet):
    def coming(self, *, at: datetime) -> HolidayQuerySet:
        """Those that a promise of now may meet, wherever it is on earth."""
        return self.filter(date__gte=at.date() - timedelta(days=1))


class Holiday(models.Model):
    """A day on which nobody works, of the whole firm or of one team."""

    date = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=80)
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, verbose_name=_("team")
    )

    objects = HolidayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["date", "team"], name="sales_holiday_once_per_team"
            ),
            models.UniqueConstraint(
                fields=["date"],
                condition=Q(team=None),
                name="sales_holiday_once_for_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
