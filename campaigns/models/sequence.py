from __future__ import annotations

from datetime import time

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from journeys.models import Measure


def working_days() -> list[int]:
    return [1, 2, 3, 4, 5]


class SequenceQuerySet(models.QuerySet["Sequence"]):
    def visible_to(self, user: User, action: str) -> SequenceQuerySet:
        return self if action == "read" or user.runs_marketing else self.none()

    def active(self) -> SequenceQuerySet:
        return self.filter(status=Sequence.Status.ACTIVE)


class Sequence(models.Model):
    """A series of automated touches that ends where a human takes over."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        # Nobody enters, and nobody in it moves.
        PAUSED = "paused", _("Paused")
        # Nobody enters; who is in it goes on to the end.
        CLOSED = "closed", _("Closed")

    class Trigger(models.TextChoices):
        """What lets a contact enter. By hand and by API one always may."""

        BY_HAND = "by_hand", _("By hand or API only")
        SEGMENT = "segment", _("Enters a segment")
        FORM = "form", _("Sends a form")
        PHASE = "phase", _("Enters a phase")
        INTERACTION = "interaction", _("Does something")

    name = models.CharField(_("name"), max_length=120, unique=True)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.DRAFT
    )
    trigger = models.CharField(
        _("who enters"), max_length=12, choices=Trigger.choices, default=Trigger.BY_HAND
    )
    # Of the trigger: {"segment": id}, {"form": id}, {"phase": id}, {"when": {...}}.
    trigger_settings = models.JSONField(default=dict, blank=True)
    # Contacts for whom it holds have reached the goal and leave; empty: none.
    goal = models.JSONField(_("goal"), default=dict, blank=True)
    may_reenter = models.BooleanField(_("may enter again"), default=False)
    # When mails may go out, in the contact's zone: days of the week, Monday is 1.
    send_days = models.JSONField(_("days"), default=working_days)
    send_from = models.TimeField(_("from"), default=time(9))
    send_until = models.TimeField(_("until"), default=time(17))
    # Of a hundred who enter, so many get nothing: what nurturing itself brings.
    hold_out = models.PositiveSmallIntegerField(_("hold-out in percent"), default=0)
    measure = models.ForeignKey(
        Measure,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="sequences",
        verbose_name=_("measure"),
    )
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(null=True, editable=False)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # Up to where triggers have been looked at.
    looked_until = models.DateTimeField(null=True, editable=False)

    objects = SequenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(send_from__lt=models.F("send_until")),
                name="campaigns_send_window_is_one",
            ),
            models.CheckConstraint(
                condition=Q(hold_out__lte=50), name="campaigns_hold_out_at_most_half"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SequenceVersion(models.Model):
    """The steps of a sequence at one time. Published ones never change.

    The draft is the version that is not published; there is one at most.
    """

    sequence = models.ForeignKey(Sequence, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sequence", "number"], name="campaigns_version_number_once"
            ),
            models.UniqueConstraint(
                fields=["sequence"],
                condition=Q(published_at=None),
                name="campaigns_one_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence_id} version {self.number}"


class Step(models.Model):
    """One step of a version. Steps of a branch have the branching one as parent."""

    class Kind(models.TextChoices):
        MAIL = "mail", _("Send a mail")
        WAIT = "wait", _("Wait")
        WAIT_UNTIL = "wait_until", _("Wait until a day and time")
        BRANCH = "branch", _("Branch by a condition")
        SPLIT = "split", _("Split into variants")
        SET_FIELD = "set_field", _("Set a field")
        TAG = "tag", _("Change tags")
        MOVE = "move", _("Move to a phase")
        TASK = "task", _("Task for the rep")
        NOTIFY = "notify", _("Notify somebody")
        WEBHOOK = "webhook", _("Call a webhook")

    version = models.ForeignKey(SequenceVersion, models.CASCADE, related_name="steps")
    # Stays the same from version to version: people in the middle find their place.
    key = models.CharField(max_length=12)
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="children"
    )
    # Of the parent: "yes" or "no" of a branch, the name of a variant of a split.
    branch = models.CharField(max_length=20, blank=True)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # What the kind asks for: see campaigns.steps.
    settings = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "key"], name="campaigns_step_key_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["version", "parent", "branch", "position"],
                name="campaigns_steps_in_order",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class SequenceEvent(models.Model):
    """What was decided about a sequence, by whom. Appended, never edited."""

    class Kind(models.TextChoices):
        PUBLISHED = "published", _("Published")
        STATUS = "status", _("Changed its status")
        WINNER = "winner", _("Found a winner")

    sequence = models.ForeignKey(Sequence, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    # Nobody: the scheduler.
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # Of a winner: {"step", "winner", "by", "arms": {name: [contacts, successes]}}.
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(
                fields=["sequence", "-at", "-id"], name="campaigns_sequence_events"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"
