from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from accounts.models import Job, User
from scoring.models.model import ScoringModel


class BacktestQuerySet(models.QuerySet["Backtest"]):
    def visible_to(self, user: User, action: str) -> BacktestQuerySet:
        """All may read what came of it; who may write models runs them."""
        return self if action == "read" or user.runs_marketing else self.none()

    def finished(self) -> BacktestQuerySet:
        return self.filter(result__isnull=False)


class Backtest(models.Model):
    """What a model would have done in a period of the past, and what came of it."""

    scoring_model = models.ForeignKey(
        ScoringModel, models.CASCADE, related_name="backtests"
    )
    # What it is compared with: the one that was live when it was asked for.
    live = models.ForeignKey(ScoringModel, models.SET_NULL, null=True, related_name="+")
    job = models.OneToOneField(Job, models.SET_NULL, null=True, related_name="backtest")
    # The draft as it was when it was asked for: it may be changed since.
    model_updated_at = models.DateTimeField()
    threshold = models.FloatField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    # The name of an outcome, or a condition about the contact.
    outcome = models.JSONField()
    horizon_days = models.PositiveSmallIntegerField(default=30)
    # Handoffs a week that sales can take on.
    capacity = models.FloatField(null=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True)
    # By what was known then, outcomes count.
    created_at = models.DateTimeField(default=timezone.now)
    # The numbers so far, while it runs; what a run that takes over goes on with.
    state = models.JSONField(default=dict)
    result = models.JSONField(null=True)

    objects = BacktestQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["scoring_model", "-created_at", "-id"],
                name="scoring_backtests_latest",
            )
        ]

    def __str__(self) -> str:
        return f"{self.scoring_model_id} from {self.since:%Y-%m-%d}"

    @property
    def is_running(self) -> bool:
        job = self.job
        return job is not None and job.status in (Job.Status.QUEUED, Job.Status.RUNNING)

    @property
    def last_day(self) -> datetime:
        """A moment of it: the period ends before ``until``."""
        return self.until - timedelta(seconds=1)
