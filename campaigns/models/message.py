from __future__ import annotations

from datetime import datetime
from secrets import token_urlsafe

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.models.mail_template import MailTemplate
from contacts.models import Contact
from journeys.models import Measure, TrackedLink


def new_token() -> str:
    return token_urlsafe(16)


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User, action: str) -> MessageQuerySet:
        """All may read what a contact was sent. Marketing decides about mails, and

        whoever has written one decides about it.
        """
        if action == "read" or user.runs_marketing:
            return self
        return self.filter(by=user) if user.may_write else self.none()

    def waiting(self) -> MessageQuerySet:
        return self.filter(state__in=Message.WAITING)

    def due(self, *, at: datetime) -> MessageQuerySet:
        """What a sender may take now."""
        return self.waiting().filter(due_at__lte=at)

    def stoppable(self) -> MessageQuerySet:
        """What has not passed its point of no return, and can still be cancelled."""
        return self.filter(state__in=(*Message.WAITING, Message.State.SENDING))

    def may_have_arrived(self) -> MessageQuerySet:
        """Handed over, or on the way; counts against caps."""
        return self.filter(state__in=Message.GONE)


class Message(models.Model):
    """One mail to one contact, from its planning to its end. At most one is sent.

    ``campaigns.services.sending`` moves it; ``MessageEvent`` keeps each step.
    """

    class Kind(models.TextChoices):
        SEQUENCE = "sequence", _("Sequence")
        CAMPAIGN = "campaign", _("Mailing")
        EVENT = "event", _("Event")
        CONTENT = "content", _("Content")
        OPT_IN = "opt_in", _("Confirmation")
        PERSONAL = "personal", _("Personal mail")

    class Purpose(models.TextChoices):
        """As ``contacts.gate.Purpose``."""

        MARKETING = "marketing", _("Marketing")
        PERSONAL = "personal", _("Personal")
        SERVICE = "service", _("Service")

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        QUEUED = "queued", _("Waiting")
        # A sender has taken it. Nothing has left yet.
        SENDING = "sending", _("Being sent")
        # Past the point of no return.
        TRANSMITTING = "transmitting", _("Being handed over")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        # The other side said: later.
        DEFERRED = "deferred", _("Put off")
        # Nobody knows whether it arrived. A person decides.
        UNKNOWN = "unknown", _("Unknown")
        CANCELLED = "cancelled", _("Cancelled")
        EXPIRED = "expired", _("Expired")

    WAITING = (State.PLANNED, State.QUEUED, State.DEFERRED)
    GONE = (State.TRANSMITTING, State.SENT, State.UNKNOWN)

    # What it is: "seq:{enrollment}:{step}". The same key is the same mail.
    key = models.CharField(max_length=120)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="messages", db_index=False
    )
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # What people here call it, e.g. "Welcome, mail 2 of 5".
    title = models.CharField(max_length=200)
    template = models.ForeignKey(
        MailTemplate, models.PROTECT, null=True, related_name="messages"
    )
    # Instead of a template: {"subject", "body", "preheader"}.
    draft = models.JSONField(null=True)
    # More values to fill in: name -> text.
    context = models.JSONField(default=dict)
    measure = models.ForeignKey(Measure, models.SET_NULL, null=True, related_name="+")
    # Whose own mail it is, if it is somebody's.
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="messages")

    state = models.CharField(
        max_length=12, choices=State.choices, default=State.PLANNED
    )
    planned_at = models.DateTimeField()
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    # How often a mail server was asked to take it.
    attempts = models.PositiveSmallIntegerField(default=0)
    # Who has taken it, and until when that counts, by the database's clock.
    owner = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    # The other side's, in lower case; for not sending it too much at once.
    domain = models.CharField(max_length=253, blank=True)
    transmitted_at = models.DateTimeField(null=True)
    # Why it is where it is: code of a reason, and its words.
    reason = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    # In its Message-ID, so that a bounce tells which mail it is about.
    token = models.CharField(max_length=32, unique=True, default=new_token)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="campaigns_message_key_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(state__in=["planned", "queued", "deferred"]),
                name="campaigns_message_due",
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(state__in=["sending", "transmitting"]),
                name="campaigns_message_leases",
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(
                    state__in=["planned", "queued", "deferred"],
                    expires_at__isnull=False,
                ),
                name="campaigns_message_expiring",
            ),
            models.Index(
                fields=["domain", "-transmitted_at"],
                condition=Q(transmitted_at__isnull=False),
                name="campaigns_message_domains",
            ),
            models.Index(
                fields=["contact", "-planned_at", "-id"],
                name="campaigns_message_contact",
            ),
            models.Index(
                fields=["-planned_at", "-id"], name="campaigns_message_latest"
            ),
            models.Index(
                fields=["state", "-planned_at", "-id"],
                name="campaigns_message_by_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.key})"

    @property
    def is_waiting(self) -> bool:
        return self.state in self.WAITING

    @property
    def is_stoppable(self) -> bool:
        return self.is_waiting or self.state == self.State.SENDING


class MessageEvent(models.Model):
    """One step of a message. Appended, never edited."""

    message = models.ForeignKey(
        Message, models.CASCADE, related_name="events", db_index=False
    )
    # A state it came into, or what happened to it: "postponed", "bounced", ...
    name = models.CharField(max_length=20)
    at = models.DateTimeField()
    # Who decided it, if somebody did.
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # Code of the reason, or the mail server's answer: "450".
    code = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["message", "at", "id"], name="campaigns_message_events"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M}"


class MessageFile(models.Model):
    """A file that goes along with a mail."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="files")
    name = models.CharField(max_length=100)
    content_type = models.CharField(max_length=100)
    data = models.BinaryField()

    def __str__(self) -> str:
        return self.name


class MessageCopy(models.Model):
    """The mail as it was handed over: headers and both parts. Of the latest try."""

    message = models.OneToOneField(
        Message, models.CASCADE, primary_key=True, related_name="copy"
    )
    subject = models.CharField(max_length=300)
    preheader = models.CharField(max_length=300, blank=True)
    recipient = models.EmailField(max_length=254)
    # As it goes over the wire (RFC 5322), compressed by zlib.
    mail = models.BinaryField()

    def __str__(self) -> str:
        return self.subject


class MailLink(models.Model):
    """Which tracked link stands for a target: in one mail, or in all of a step."""

    # "message:7" for one person's own, else what the mails have in common.
    scope = models.CharField(max_length=80)
    target_digest = models.CharField(max_length=64)
    link = models.OneToOneField(TrackedLink, models.CASCADE, related_name="mail_link")
    message = models.ForeignKey(
        Message, models.CASCADE, null=True, related_name="links"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "target_digest"], name="campaigns_mail_link_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope}: {self.link_id}"
