from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from campaigns.models.topic import OfMarketingQuerySet, Topic
from contacts.models import Contact
from journeys.models.interaction import Channel, Kind

# What an interaction of a kind adds when it happens; of other kinds nothing.
WEIGHTS: dict[str, float] = {
    Kind.PAGE_VIEW: 1.0,
    Kind.LINK_CLICK: 2.0,
    Kind.PRICING_VIEW: 2.0,
    Kind.EMAIL_CLICK: 3.0,
    Kind.FORM_SUBMIT: 5.0,
    Kind.CONTENT_DOWNLOAD: 5.0,
    Kind.WEBINAR_REGISTERED: 5.0,
    Kind.WEBINAR_ATTENDED: 8.0,
    Kind.EVENT_ATTENDED: 8.0,
    Kind.DEMO_REQUEST: 8.0,
}
HALF_LIFE_DAYS = 30.0


class TopicRule(models.Model):
    """By what it is seen that a page, or what a link leads to, is about a topic."""

    class Kind(models.TextChoices):
        ADDRESS = "address", _("The address contains")
        WORD = "word", _("The title has the word")

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="rules")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # Folded: compared without case.
    text = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "kind", "text"], name="campaigns_topic_rule_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.text}"


class InterestSettings(models.Model):
    """How interests are counted. One row; without it, as it says here."""

    half_life_days = models.FloatField(
        _("half-life in days"),
        default=HALF_LIFE_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
    )
    # kind -> weight, of those that are not as in WEIGHTS.
    weights = models.JSONField(default=dict)

    objects = OfMarketingQuerySet.as_manager()

    def __str__(self) -> str:
        return f"half-life {self.half_life_days:g} days"

    @classmethod
    def current(cls) -> InterestSettings:
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    def all_weights(self) -> dict[str, float]:
        return {**WEIGHTS, **self.weights}


class Interest(models.Model):
    """How much a contact is drawn to a topic. Derived: counted again at any time.

    ``level`` is the binary logarithm of the strength at ``campaigns.interests.EPOCH``.
    The strength at a moment is ``2 ** (level - days since then / half_life_days)``.
    """

    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="interests", db_index=False
    )
    topic = models.ForeignKey(Topic, models.CASCADE, related_name="interests")
    level = models.FloatField()
    half_life_days = models.FloatField()
    # How many interactions it is made of, and when the latest was.
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "topic"], name="campaigns_interest_once"
            ),
        ]

    def __str__(self) -> str:
        return f"contact {self.contact_id} in {self.topic_id}"


class InterestProfileQuerySet(models.QuerySet["InterestProfile"]):
    def taken(self) -> InterestProfileQuerySet:
        """Locked, without those that another run has locked."""
        skips = connection.features.has_select_for_update_skip_locked
        rows = self.select_for_update(no_key=True, skip_locked=skips, of=("self",))
        return rows.order_by("pk")


class InterestProfile(models.Model):
    """By what way and when a contact is best reached. Derived, as interests are."""

    contact = models.OneToOneField(
        Contact, models.CASCADE, primary_key=True, related_name="interest_profile"
    )
    # "" and None: there is too little to tell.
    favorite_channel = models.CharField(
        max_length=20, choices=Channel.choices, blank=True
    )
    best_hour = models.PositiveSmallIntegerField(null=True)
    # On how many occasions these rest.
    channel_occasions = models.PositiveIntegerField(default=0)
    hour_occasions = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(null=True)

    objects = InterestProfileQuerySet.as_manager()

    def __str__(self) -> str:
        return f"contact {self.contact_id}"


class InterestMark(models.Model):
    """A contact's interests are behind. Inserted, never updated, as a stale score's."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="interest_marks")
    at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    parked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(parked_at=None),
                name="campaigns_interest_marks",
            )
        ]

    def __str__(self) -> str:
        return f"contact {self.contact_id} since {self.at:%Y-%m-%d %H:%M:%S}"
