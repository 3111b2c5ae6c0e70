from __future__ import annotations

from datetime import datetime
from math import floor

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from accounts.wording import sentence_of

# Nobody needs to know how many more there are: "99+".
MOST_COUNTED = 100
# What says what it waits for.
WAITS = ("waits_for", "waits_points", "waits_until", "snoozed_at")


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: User, action: str) -> NotificationQuerySet:
        """An inbox is its owner's alone."""
        return self.filter(recipient=user)

    def in_inbox(self, *, at: datetime) -> NotificationQuerySet:
        return self.filter(done_at=None, surfaces_at__lte=at)

    def snoozed(self, *, at: datetime) -> NotificationQuerySet:
        return self.filter(done_at=None, surfaces_at__gt=at)

    def waiting_for(self, event: str, *, at: datetime) -> NotificationQuerySet:
        """Snoozed until it happens. The condition is as the index has it."""
        hidden = self.filter(done_at=None).exclude(waits_for="")
        return hidden.filter(waits_for=event, surfaces_at__gt=at)

    def done(self) -> NotificationQuerySet:
        return self.filter(done_at__isnull=False)

    def surfaced_since(self, moment: datetime) -> NotificationQuerySet:
        """New, or back from snoozing, after ``moment``. A range of the inbox' index."""
        return self.filter(surfaces_at__gt=moment)

    def count_shown(self, *, since: datetime) -> tuple[int, int]:
        """How many there are, and how many surfaced since; both up to ``MOST_COUNTED``.

        One query, of the same cost however many there are. Counted here: putting the
        sums into SQL takes longer than they do.
        """
        latest = self.order_by("-surfaces_at", "-pk")[:MOST_COUNTED]
        moments = latest.values_list("surfaces_at", flat=True)
        return len(moments), sum(moment > since for moment in moments)

    def to_mail(self, *, at: datetime) -> NotificationQuerySet:
        """Due to go out by mail, to somebody who still works here and wants it."""
        return self.filter(mail_due_at__lte=at, done_at=None)


class Notification(models.Model):
    """One line in a user's inbox: something that wants them.

    It knows the kind and the number of its subject, which may live in any app.
    ``key`` makes sending it again harmless.
    """

    class Kind(models.TextChoices):
        HANDOFF = "handoff", _("Handoff")
        DATA_REQUEST = "data_request", _("Data request")
        TASK = "task", _("Task")
        MENTION = "mention", _("Mention")
        REPLY = "reply", _("Reply")
        SYSTEM = "system", _("System")

    class Event(models.TextChoices):
        """What a snoozed line may wait for, besides a moment."""

        REPLY = "reply", _("a reply")
        SCORE = "score", _("another score")

    recipient = models.ForeignKey(User, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    key = models.CharField(max_length=120)
    subject_id = models.BigIntegerField()
    # A contact's number where it is about one; contacts live above us.
    contact_id = models.BigIntegerField(null=True, blank=True)
    title = models.CharField(max_length=200)
    subtitle = models.CharField(max_length=200, blank=True)
    # What the sentence is made of when somebody reads it. A kind without a writer of
    # sentences has the text itself, in the recipient's language.
    facts = models.JSONField(default=dict)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=200, blank=True)
    # The score at the moment of sending, where one matters.
    points = models.FloatField(null=True, blank=True)
    threshold = models.FloatField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    # When it comes to the top of the inbox: when it was sent, or snoozed until. What
    # has surfaced after a moment is new since then, so one index serves the list, the
    # count and the poll.
    surfaces_at = models.DateTimeField(default=timezone.now)
    # While it is snoozed: the event that brings it back before ``surfaces_at``, the score
    # as it was shown then, which the event is to change, and when it is back whatever
    # becomes of the event.
    waits_for = models.CharField(max_length=6, choices=Event.choices, blank=True)
    waits_points = models.IntegerField(null=True, blank=True)
    waits_until = models.DateTimeField(null=True, blank=True)
    # When it was put off; None if it has said something new since.
    snoozed_at = models.DateTimeField(null=True, blank=True)
    # A colleague who had it handed it over; to whom who had it did.
    given_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    given_to = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    read_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    # When it is to go out by mail, or until when a run has claimed it; None: never, or
    # it is on its way. Then ``mailed_at`` says that the mail server took it; an attempt
    # without it, and without a time for the next, is one of which nobody knows.
    mail_due_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "key"], name="accounts_notification_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["recipient", "-surfaces_at", "-id"],
                condition=Q(done_at=None),
                name="accounts_notification_inbox",
            ),
            models.Index(
                fields=["recipient", "-done_at", "-id"],
                condition=Q(done_at__isnull=False),
                name="accounts_notification_done",
            ),
            models.Index(fields=["kind", "subject_id"], name="accounts_notif_subject"),
            models.Index(
                fields=["mail_due_at"],
                condition=Q(mail_due_at__isnull=False),
                name="accounts_notification_mail",
            ),
            models.Index(
                fields=["contact_id"],
                condition=Q(done_at=None) & ~Q(waits_for=""),
                name="accounts_notification_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def wait_for_nothing(self) -> tuple[str, ...]:
        """Only for its moment, if that; not saved. Return what is to be."""
        self.waits_for, self.waits_points, self.waits_until = "", None, None
        self.snoozed_at = None
        return WAITS

    def state(self, *, at: datetime) -> str:
        """Where it is found: "inbox", "snoozed" or "done"."""
        if self.done_at is not None:
            return "done"
        return "snoozed" if self.surfaces_at > at else "inbox"

    @property
    def detail(self) -> str:
        """Its sentence, in the language that is active."""
        return sentence_of(self.kind, self.facts) or self.text

    @property
    def whole_points(self) -> int | None:
        """Cut, not rounded: 59.9 must not read 60."""
        return None if self.points is None else floor(self.points)
