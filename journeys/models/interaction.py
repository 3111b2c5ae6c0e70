from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.models.contact import Contact
from leadhub.ids import new_id

Event = tuple[str, str]
"""What a source calls an interaction: (source, event_id)."""


class Channel(models.TextChoices):
    WEBSITE = "website", _("Website")
    EMAIL = "email", _("E-mail")
    ORGANIC_SEARCH = "organic_search", _("Organic search")
    PAID_SEARCH = "paid_search", _("Paid search")
    SOCIAL = "social", _("Social media")
    REFERRAL = "referral", _("Referral")
    EVENT = "event", _("Event")
    PHONE = "phone", _("Phone")
    DIRECT = "direct", _("Direct")
    PARTNER = "partner", _("Partner")
    OTHER = "other", _("Other")


class Kind(models.TextChoices):
    """The kinds that mean something to us. Any other slug may be reported."""

    PAGE_VIEW = "page_view", _("Viewed a page")
    FORM_SUBMIT = "form_submit", _("Sent a form")
    CONTENT_DOWNLOAD = "content_download", _("Downloaded content")
    EMAIL_SENT = "email_sent", _("Was sent an e-mail")
    EMAIL_OPEN = "email_open", _("Opened an e-mail")
    EMAIL_CLICK = "email_click", _("Clicked a link in an e-mail")
    EMAIL_REPLY = "email_reply", _("Replied to an e-mail")
    EMAIL_BOUNCE = "email_bounce", _("E-mail bounced")
    OPT_IN_CONFIRMED = "opt_in_confirmed", _("Confirmed the address")
    UNSUBSCRIBE = "unsubscribe", _("Unsubscribed")
    LINK_CLICK = "link_click", _("Clicked a tracked link")
    WEBINAR_REGISTERED = "webinar_registered", _("Registered for a webinar")
    WEBINAR_ATTENDED = "webinar_attended", _("Attended a webinar")
    EVENT_ATTENDED = "event_attended", _("Attended an event")
    CHAT = "chat", _("Chatted")
    CALL_OUTBOUND = "call_outbound", _("Was called")
    CALL_INBOUND = "call_inbound", _("Called us")
    MEETING = "meeting", _("Met us")
    NOTE = "note", _("Note")
    DEMO_REQUEST = "demo_request", _("Asked for a demo")
    PRICING_VIEW = "pricing_view", _("Viewed prices")


class CallOutcome(models.TextChoices):
    """How a call ended: ``properties["outcome"]`` of one that was logged."""

    REACHED = "reached", _("Reached")
    NO_ANSWER = "no_answer", _("No answer")
    VOICEMAIL = "voicemail", _("Voicemail")


class InteractionQuerySet(models.QuerySet["Interaction"]):
    def visible_to(self, user: User, action: str) -> InteractionQuerySet:
        """One team, one record: whoever is signed in may read all of them."""
        return self

    def by_people(self) -> InteractionQuerySet:
        """Without link scanners, prefetchers and privacy proxies."""
        return self.filter(is_machine=False)

    def by_event(self, events: Iterable[Event]) -> dict[Event, Interaction]:
        """Those of ``events`` that are stored, in one query."""
        event_ids = defaultdict(list)
        for source, event_id in events:
            event_ids[source].append(event_id)
        wanted = Q(pk__in=[])
        for source, ids in event_ids.items():
            wanted |= Q(source=source, event_id__in=ids)
        return {row.event: row for row in self.filter(wanted)}

    def add(self, rows: Iterable[Interaction]) -> dict[Event, Interaction]:
        """Insert the rows whose event is not stored yet; return what is, by event.

        A row that was new comes back with the ``id`` it had. When two batches bring
        the same event at once, the second waits for the first to commit.
        """
        # In the order of the key: two batches must not wait for each other.
        ordered = sorted(rows, key=lambda row: row.event)
        self.bulk_create(ordered, ignore_conflicts=True)
        return self.by_event(row.event for row in ordered)


class Interaction(models.Model):
    """One touch between us and a contact, as one source reported it. Never edited.

    Those of a visitor who gave consent have no contact until the visitor becomes
    one; joining sets ``contact`` once.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, related_name="interactions", db_index=False
    )
    visitor = models.ForeignKey(
        "journeys.Visitor",
        models.SET_NULL,
        null=True,
        related_name="interactions",
        db_index=False,
    )
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    source = models.CharField(
        max_length=80, help_text="Who reported it, e.g. 'website'."
    )
    event_id = models.CharField(max_length=120, help_text="The source's own id for it.")
    # When it happened, by the source's clock; scores and reports use this one.
    occurred_at = models.DateTimeField()
    # When we stored it, by ours; only marks, sweeps and audits use this one.
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    url = models.CharField(max_length=2000, blank=True)
    title = models.CharField(max_length=300, blank=True)
    # source, medium, campaign, term, content; only when there are any.
    utm = models.JSONField(null=True)
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    properties = models.JSONField(null=True)
    measure = models.ForeignKey(
        "journeys.Measure", models.SET_NULL, null=True, db_index=False
    )
    # The tracked link it came through.
    link = models.ForeignKey(
        "journeys.TrackedLink",
        models.SET_NULL,
        null=True,
        related_name="interactions",
        db_index=False,
    )
    # Who of us it was with, or whose personal link it came through.
    by = models.ForeignKey(User, models.SET_NULL, null=True, db_index=False)
    is_machine = models.BooleanField(
        default=False, help_text="No person did it: not in scores, not in reports."
    )
    machine_reason = models.CharField(max_length=40, blank=True)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "event_id"],
                name="journeys_interaction_once_per_source",
            ),
        ]
        indexes = [
            models.Index(
                fields=["contact", "occurred_at"], name="journeys_interaction_timeline"
            ),
            models.Index(
                fields=["visitor", "occurred_at"],
                condition=Q(visitor__isnull=False),
                name="journeys_interaction_visitor",
            ),
            models.Index(
                fields=["measure", "occurred_at"],
                condition=Q(measure__isnull=False),
                name="journeys_interaction_measure",
            ),
            models.Index(
                fields=["link", "occurred_at"],
                condition=Q(link__isnull=False),
                name="journeys_interaction_link",
            ),
            models.Index(
                fields=["-occurred_at", "-id"], name="journeys_interaction_latest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.occurred_at:%Y-%m-%d %H:%M} (#{self.pk})"

    @property
    def event(self) -> Event:
        return self.source, self.event_id
