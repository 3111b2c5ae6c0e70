"""Programs elsewhere that are told what happens here: whom, what, and how it went."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from leadhub.ids import new_id

MOST_ENDPOINTS = 50


class EventType(models.TextChoices):
    """What can be told. The names are the API's, and stay."""

    CONTACT_CREATED = "contact.created", _("A contact is new")
    CONTACT_UPDATED = "contact.updated", _("A contact was changed")
    CONSENT_CHANGED = "consent.changed", _("A consent was given or withdrawn")
    INTERACTION_TRACKED = "interaction.tracked", _("A contact did something")
    SCORE_CROSSED = "score.crossed", _("A contact became sales-ready")
    HANDOFF_OFFERED = "handoff.offered", _("A lead was offered to sales")
    HANDOFF_ACCEPTED = "handoff.accepted", _("Sales accepted a lead")
    HANDOFF_DECLINED = "handoff.declined", _("Sales declined a lead")
    DEAL_OPENED = "deal.opened", _("A deal was opened")
    DEAL_WON = "deal.won", _("A deal was won")
    DEAL_LOST = "deal.lost", _("A deal was lost")
    SEQUENCE_STEP = "sequence.step", _("A contact came to a webhook in a sequence")
    TEST = "webhook.test", _("Somebody tries it out")


# Only where somebody asks for them by name: by a step, or by a button.
UNASKED = (EventType.SEQUENCE_STEP, EventType.TEST)
SUBSCRIBABLE = tuple(
    (kind.value, kind.label) for kind in EventType if kind not in UNASKED
)


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def visible_to(self, user: User, action: str) -> WebhookEndpointQuerySet:
        """Everybody may know what there is, by name; the rest is the administrators'."""
        return self if action == "read" or user.is_administrator else self.none()

    def live(self) -> WebhookEndpointQuerySet:
        return self.filter(is_active=True)

    def with_backlog(self) -> WebhookEndpointQuerySet:
        """``backlog``: how many deliveries wait."""
        waiting = Q(deliveries__status=WebhookDelivery.Status.WAITING)
        return self.annotate(backlog=models.Count("deliveries", filter=waiting))

    def listening(self) -> WebhookEndpointQuerySet:
        """Also those that fail: what they miss meanwhile waits for them."""
        is_failing = Q(stopped_because=WebhookEndpoint.Stop.FAILING)
        return self.filter(Q(is_active=True) | is_failing)

    def free(self, *, at: datetime) -> WebhookEndpointQuerySet:
        """To whom nothing is on its way."""
        return self.filter(Q(slot_until=None) | Q(slot_until__lt=at))


class WebhookEndpoint(models.Model):
    """An address that is told of events, signed with a secret that it knows."""

    class Stop(models.TextChoices):
        """Why it is told nothing at present."""

        BY_HAND = "by_hand", _("Switched off")
        GONE = "gone", _("It answered that it is gone (410)")
        FAILING = "failing", _("It has failed for three days")

    name = models.CharField(_("name"), max_length=80, unique=True)
    # Without one nothing is sent: what it asks for stands in the feed only.
    url = models.CharField(_("address"), max_length=500, blank=True, default="")
    events = models.JSONField(_("what it is told"), default=list, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    stopped_because = models.CharField(
        max_length=10, choices=Stop.choices, blank=True, default=""
    )
    # Sealed by accounts.seals. The former one signs too until its time is over.
    secret = models.TextField(editable=False)
    former_secret = models.TextField(blank=True, default="", editable=False)
    former_until = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_success_at = models.DateTimeField(null=True, editable=False)
    last_failure_at = models.DateTimeField(null=True, editable=False)
    # Since when nothing has succeeded any more.
    failing_since = models.DateTimeField(null=True, editable=False)
    # One delivery at a time: whose the slot is, and until when.
    slot_owner = models.UUIDField(null=True, editable=False)
    slot_until = models.DateTimeField(null=True, editable=False)

    objects = WebhookEndpointQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def event_labels(self) -> list[str]:
        return [str(EventType(name).label) for name in self.events]


class WebhookEventQuerySet(models.QuerySet["WebhookEvent"]):
    def visible_to(self, user: User, action: str) -> WebhookEventQuerySet:
        return self if user.is_administrator else self.none()

    def in_feed(self) -> WebhookEventQuerySet:
        return self.filter(position__isnull=False)

    def unnumbered(self) -> WebhookEventQuerySet:
        """Those that were committed since events were numbered last."""
        return self.filter(position=None)


class WebhookEvent(models.Model):
    """Something that happened, as it is told: its bytes never change again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # What it is about, so that telling it again is harmless.
    key = models.CharField(max_length=120, unique=True)
    type = models.CharField(max_length=40, choices=EventType.choices)
    at = models.DateTimeField()
    # Contacts live above us.
    contact_id = models.BigIntegerField(null=True)
    body = models.TextField()
    # Given once it is committed, before it is told: see accounts.services.numbering.
    position = models.BigIntegerField(null=True, unique=True, editable=False)
    # Which of all that was told about its contact.
    sequence = models.BigIntegerField(null=True, editable=False)

    objects = WebhookEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["contact_id"], name="accounts_hooks_of_contact"),
            models.Index(fields=["at"], name="accounts_hook_events_by_age"),
            models.Index(
                fields=["id"],
                condition=Q(position=None),
                name="accounts_hook_events_new",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"

    @property
    def told(self) -> str:
        """What leaves: the body and the number, both of which stay as they are."""
        if self.sequence is None:
            return self.body
        return f'{self.body.removesuffix("}")},"sequence":{self.sequence}}}'


class EventCount(models.Model):
    """How many events there were about a contact so far; under 0, in all.

    It outlives the events, so that numbers never start anew.
    """

    contact_id = models.BigIntegerField(primary_key=True)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.last} of {self.contact_id}"


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def visible_to(self, user: User, action: str) -> WebhookDeliveryQuerySet:
        return self if user.is_administrator else self.none()

    def due(self, *, at: datetime) -> WebhookDeliveryQuerySet:
        return self.waiting().filter(due_at__lte=at)

    def waiting(self) -> WebhookDeliveryQuerySet:
        return self.filter(status=WebhookDelivery.Status.WAITING)


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint: at least once, under the same id."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        EXPIRED = "expired", _("Given up")

    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, related_name="deliveries"
    )
    event = models.ForeignKey(WebhookEvent, models.CASCADE, related_name="deliveries")
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.WAITING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    # Of the last attempt: a status of HTTP, or a word for none.
    answer = models.CharField(max_length=20, blank=True, default="")
    finished_at = models.DateTimeField(null=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "event"], name="accounts_hook_delivery_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "due_at", "id"],
                condition=Q(status="waiting"),
                name="accounts_hooks_due",
            ),
            models.Index(fields=["endpoint", "-id"], name="accounts_hooks_of_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.endpoint_id}: {self.status}"
