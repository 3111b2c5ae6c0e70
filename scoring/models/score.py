"""How ready contacts are, and how we came to think so."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from contacts.models import Contact
from scoring.models.model import ScoringModel


class ScoreQuerySet(models.QuerySet["Score"]):
    def due(self, *, at: datetime) -> ScoreQuerySet:
        """Those to be counted again by ``at``, longest due first, not marked yet."""
        marks = StaleMark.objects.filter(contact=OuterRef("pk"))
        return self.filter(~Exists(marks), due_at__lte=at).order_by("due_at", "pk")

    def taken(self) -> ScoreQuerySet:
        """Locked for us until the end of the transaction, in the order of their ids.

        Those that another run has locked are left out where the database can tell.
        SQLite locks as a whole, and did so when the transaction began.
        """
        skips = connection.features.has_select_for_update_skip_locked
        return self.select_for_update(
            no_key=True, skip_locked=skips, of=("self",)
        ).order_by("pk")


class Score(models.Model):
    """A contact's score as of ``evaluated_at``. Derived: counted again at any time."""

    contact = models.OneToOneField(
        Contact, models.CASCADE, primary_key=True, related_name="score"
    )
    model = models.ForeignKey(ScoringModel, models.SET_NULL, null=True)
    fit = models.FloatField(default=0)
    engagement = models.FloatField(default=0)
    total = models.FloatField(default=0)
    is_ready = models.BooleanField(default=False)
    is_disqualified = models.BooleanField(default=False)
    is_armed = models.BooleanField(default=True)
    # How often it was armed; one crossing each.
    arming = models.PositiveIntegerField(default=1)
    evaluated_at = models.DateTimeField(null=True)
    # What the engagement consists of as time goes on: [worth at evaluated_at,
    # half-life in days or null, cap or null]. Tells the score of any later moment
    # without reading the interactions again.
    curves = models.JSONField(default=list)
    # When the total will fall below the threshold if nothing happens.
    falls_below_at = models.DateTimeField(null=True)
    # When it is to be counted again though nothing happened: it has drifted, or it
    # falls below the threshold.
    due_at = models.DateTimeField(null=True)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-total", "-contact"], name="scoring_hottest"),
            models.Index(
                fields=["-total", "-contact"],
                condition=Q(is_ready=True),
                name="scoring_ready",
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(due_at__isnull=False),
                name="scoring_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.total:.1f} (contact {self.contact_id})"


class StaleMarkQuerySet(models.QuerySet["StaleMark"]):
    def to_do(self) -> StaleMarkQuerySet:
        """Without those that failed too often."""
        return self.filter(parked_at=None)

    def parked(self) -> StaleMarkQuerySet:
        return self.filter(parked_at__isnull=False)


class StaleMark(models.Model):
    """A contact's score is behind: something it does not count yet was recorded.

    Inserted, never updated: an insert waits for nobody, least of all for a run that
    is scoring the contact.
    """

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="stale_marks")
    # When the thing was recorded, by our clock.
    at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    parked_at = models.DateTimeField(null=True)

    objects = StaleMarkQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(parked_at=None),
                name="scoring_marks_to_do",
            )
        ]

    def __str__(self) -> str:
        return f"contact {self.contact_id} since {self.at:%Y-%m-%d %H:%M:%S}"


class Crossing(models.Model):
    """A contact became sales-ready while armed. Appended, never edited."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="crossings")
    model = models.ForeignKey(ScoringModel, models.CASCADE)
    arming = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
    fit = models.FloatField()
    engagement = models.FloatField()
    total = models.FloatField()
    threshold = models.FloatField()
    # What it consisted of: the contributions as the API gives them.
    contributions = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "model", "arming"], name="scoring_crossing_once"
            )
        ]

    def __str__(self) -> str:
        return f"contact {self.contact_id} reached {self.total:.1f}"
