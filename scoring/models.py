"""How ready contacts are, and how we came to think so."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.models import Contact
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
