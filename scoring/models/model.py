"""Models that rate contacts, and their rules."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from journeys.models import Journey


class ScoringModelQuerySet(models.QuerySet["ScoringModel"]):
    def visible_to(self, user: User, action: str) -> ScoringModelQuerySet:
        return self if action == "read" or user.runs_marketing else self.none()

    def active(self) -> ScoringModelQuerySet:
        return self.filter(is_active=True)

    def with_rules(self) -> ScoringModelQuerySet:
        """Their rules loaded, in order."""
        rules = Rule.objects.order_by("position", "pk")
        return self.prefetch_related(models.Prefetch("rules", rules))


class ScoringModel(models.Model):
    """Rules that rate contacts, and the threshold from which sales takes over.

    Bound to a journey it counts for the contacts in it, else for everybody who is
    in no journey with a model of its own. One of each is active at most.
    """

    class Existing(models.TextChoices):
        """What publishing does about contacts that are ready by it already."""

        MARK_SEEN = "mark_seen", _("Leave them where they are")
        HAND_OFF = "hand_off", _("Hand them off to sales")

    name = models.CharField(_("name"), max_length=100)
    journey = models.ForeignKey(
        Journey, models.CASCADE, null=True, blank=True, verbose_name=_("journey")
    )
    threshold = models.FloatField(_("sales-ready threshold"), default=60)
    # None: 80 % of the threshold.
    rearm_below = models.FloatField(_("re-armed below"), null=True, blank=True)
    min_fit = models.FloatField(_("least fit"), null=True, blank=True)
    min_engagement = models.FloatField(_("least engagement"), null=True, blank=True)
    half_life_days = models.FloatField(_("half-life in days"), default=30)
    is_active = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    activated_at = models.DateTimeField(null=True, editable=False)
    # How contacts that are ready already were treated when it was activated.
    existing = models.CharField(max_length=10, default="mark_seen", editable=False)
    # What whoever published it said about it.
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = ScoringModelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"],
                condition=Q(is_active=True, journey=None),
                name="scoring_one_active_default",
            ),
            models.UniqueConstraint(
                fields=["journey"],
                condition=Q(is_active=True, journey__isnull=False),
                name="scoring_one_active_per_journey",
            ),
            models.CheckConstraint(
                condition=Q(threshold__gt=0), name="scoring_threshold_positive"
            ),
            models.CheckConstraint(
                condition=Q(half_life_days__gt=0), name="scoring_half_life_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rearm_at(self) -> float:
        """Below this many points a contact can become sales-ready anew."""
        return 0.8 * self.threshold if self.rearm_below is None else self.rearm_below


class RuleQuerySet(models.QuerySet["Rule"]):
    def visible_to(self, user: User, action: str) -> RuleQuerySet:
        return self if action == "read" or user.runs_marketing else self.none()


class Rule(models.Model):
    """What one property or kind of interaction is worth."""

    class Dimension(models.TextChoices):
        FIT = "fit", _("Fit")
        ENGAGEMENT = "engagement", _("Engagement")

    scoring_model = models.ForeignKey(
        ScoringModel, models.CASCADE, related_name="rules"
    )
    position = models.PositiveSmallIntegerField(default=0)
    dimension = models.CharField(
        _("dimension"), max_length=10, choices=Dimension.choices
    )
    name = models.CharField(_("name"), max_length=120)
    points = models.FloatField(_("points"))
    when = models.JSONField(_("when"))
    # The model's half-life counts unless this is False; then ours, None = never fades.
    uses_model_half_life = models.BooleanField(default=True)
    half_life_days = models.FloatField(_("half-life in days"), null=True, blank=True)
    max_per_day = models.PositiveSmallIntegerField(
        _("at most a day"), null=True, blank=True
    )
    max_points = models.FloatField(_("at most in all"), null=True, blank=True)
    # Whoever a fit rule with this holds for never becomes sales-ready.
    disqualifies = models.BooleanField(_("disqualifies"), default=False)
    is_on = models.BooleanField(_("on"), default=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["scoring_model", "position"], name="scoring_rules_in_order"
            )
        ]

    def __str__(self) -> str:
        return self.name
