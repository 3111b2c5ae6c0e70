from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.models.contact import Contact
from journeys.models.journey import Journey


class JourneyVersion(models.Model):
    """A plan as it was published: what contacts followed from then on. Never edited.

    But for one that was written piece by piece: see ``record_version``.
    """

    class Origin(models.TextChoices):
        """How it came to be."""

        DRAFT = "draft", _("Published draft")
        # Written piece by piece, by REST or by the product itself.
        PIECES = "pieces", _("Changed directly")

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    # As ``journeys.selectors.snapshots`` makes it.
    plan = models.JSONField()
    origin = models.CharField(
        max_length=6, choices=Origin.choices, default=Origin.DRAFT
    )
    note = models.CharField(max_length=300, blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["journey", "number"], name="journeys_version_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.journey_id} version {self.number}"


class JourneyDraft(models.Model):
    """A plan that somebody is working on. Contacts notice nothing of it."""

    journey = models.OneToOneField(Journey, models.CASCADE, related_name="draft")
    plan = models.JSONField()
    # The number of the version it was begun from; 0: there was none.
    based_on = models.PositiveIntegerField()
    # Counts its changes: who publishes says which one they have seen.
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"draft of {self.journey_id}"


class JourneyGoal(models.Model):
    """A contact reached the goal of a journey they were in."""

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="goals")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="journey_goals")
    reached_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["journey", "contact"], name="journeys_goal_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["journey", "reached_at"], name="journeys_goals_in_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.journey_id} at {self.reached_at:%Y-%m-%d}"


class JourneyReview(models.Model):
    """Somebody looked at a journey and found what the note says. Never edited."""

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="reviews")
    note = models.TextField(_("what was found"), blank=True)
    # By when it was to be done, and by when the next one is.
    due_date = models.DateField(null=True)
    next_date = models.DateField(_("next review by"), null=True, blank=True)
    version = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["journey", "-at"], name="journeys_reviews_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.journey_id} at {self.at:%Y-%m-%d}"
