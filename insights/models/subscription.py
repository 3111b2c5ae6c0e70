"""Reports that come by mail, to people who work here and to nobody else."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from journeys.models import Journey


class ReportSubscriptionQuerySet(models.QuerySet["ReportSubscription"]):
    def visible_to(self, user: User, action: str) -> ReportSubscriptionQuerySet:
        """One's own; those who lead see to everybody's."""
        return self if user.leads else self.filter(user=user)

    def running(self) -> ReportSubscriptionQuerySet:
        """Of people who work here and can be mailed."""
        return self.filter(user__is_active=True).exclude(user__email="")


class ReportSubscription(models.Model):
    """That somebody gets a report each week or month."""

    class Every(models.TextChoices):
        WEEK = "week", _("Every week")
        MONTH = "month", _("Every month")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    user = models.ForeignKey(User, models.CASCADE, related_name="report_subscriptions")
    # A key of insights.reports.registry.
    report = models.CharField(max_length=40)
    journey = models.ForeignKey(Journey, models.CASCADE, null=True)
    every = models.CharField(max_length=5, choices=Every.choices)
    # Of every week, or the first of its kind in a month; by the user's own clock.
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    hour = models.PositiveSmallIntegerField()
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="subscriptions_made"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ReportSubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "report", "journey", "every"],
                name="insights_subscribed_once",
            ),
            # To the database no journey is never the same as no journey.
            models.UniqueConstraint(
                fields=["user", "report", "every"],
                condition=Q(journey=None),
                name="insights_subscribed_once_at_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} for {self.user_id}"


class ReportMailQuerySet(models.QuerySet["ReportMail"]):
    def to_mail(self, *, at: datetime) -> ReportMailQuerySet:
        return self.filter(mail_due_at__lte=at)


class ReportMail(models.Model):
    """One mail with a report. That there is one for a day is kept by the database.

    The last three columns mean what they do in a notification.
    """

    subscription = models.ForeignKey(
        ReportSubscription, models.CASCADE, related_name="mails"
    )
    # Who gets it: the subscriber, or who asked to be sent one at once.
    user = models.ForeignKey(User, models.CASCADE)
    # By the subscriber's own clock; None: asked for at once.
    day = models.DateField(null=True)
    made_at = models.DateTimeField()
    mail_due_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)

    objects = ReportMailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "day"],
                condition=Q(day__isnull=False),
                name="insights_report_once_a_day",
            )
        ]
        indexes = [
            models.Index(
                fields=["mail_due_at"],
                condition=Q(mail_due_at__isnull=False),
                name="insights_report_mail",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} on {self.day}"
