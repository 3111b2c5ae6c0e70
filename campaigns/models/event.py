from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Job, User
from campaigns.models.mail_template import MailTemplate
from campaigns.models.topic import OfMarketingQuerySet, Topic
from contacts.models import Contact, Import
from journeys.models import Measure


class Event(models.Model):
    """A webinar, a fair or something like it, that people register for and attend."""

    class Kind(models.TextChoices):
        WEBINAR = "webinar", _("Webinar")
        FAIR = "fair", _("Fair")
        OTHER = "other", _("Other event")

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(
        _("kind"), max_length=10, choices=Kind.choices, default=Kind.WEBINAR
    )
    starts_at = models.DateTimeField(_("begins"))
    topics = models.ManyToManyField(Topic, related_name="events", blank=True)
    measure = models.ForeignKey(
        Measure, models.SET_NULL, null=True, blank=True, related_name="events"
    )
    # What those get afterwards whom sales did not take; without one, nothing.
    mail_attended = models.ForeignKey(
        MailTemplate, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    mail_missed = models.ForeignKey(
        MailTemplate, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField(null=True, editable=False)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = OfMarketingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-starts_at", "-id"], name="campaigns_event_latest"),
        ]

    def __str__(self) -> str:
        return self.name


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def visible_to(self, user: User, action: str) -> AttendanceQuerySet:
        return self if action == "read" or user.runs_marketing else self.none()


class Attendance(models.Model):
    """One contact at one event."""

    event = models.ForeignKey(
        Event, models.CASCADE, related_name="attendances", db_index=False
    )
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="attendances")
    registered_at = models.DateTimeField(null=True)
    attended_at = models.DateTimeField(null=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "contact"], name="campaigns_attendance_once"
            ),
        ]

    def __str__(self) -> str:
        return f"contact {self.contact_id} at event {self.event_id}"


class AttendanceBatchQuerySet(models.QuerySet["AttendanceBatch"]):
    def visible_to(self, user: User, action: str) -> AttendanceBatchQuerySet:
        return self if action == "read" or user.runs_marketing else self.none()


class AttendanceBatch(models.Model):
    """Attendance that was reported together: a file, a call of the API, a person.

    Its interactions are stored in one transaction, and nobody of it is mailed before
    the scores of all are counted and the handoffs that follow are made.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="batches")
    # The import of its contacts, if it came as a file.
    run = models.OneToOneField(Import, models.CASCADE, null=True, related_name="+")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # Which column of the file says who attended; "" if all rows are alike.
    attended_column = models.CharField(max_length=200, blank=True)
    all_attended = models.BooleanField(default=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    recorded_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    # What was new: registrations and attendances.
    registered = models.PositiveIntegerField(default=0)
    attended = models.PositiveIntegerField(default=0)
    # How many were in it.
    people = models.PositiveIntegerField(default=0)
    # Whether anybody still waits for the decision about a follow-up.
    is_held = models.BooleanField(default=False)

    objects = AttendanceBatchQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=Q(is_held=True), name="campaigns_batches_held"
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk} of event {self.event_id}"


class AttendanceEntry(models.Model):
    """What a batch says of a contact, what of it was news, and what mail follows."""

    class FollowUp(models.TextChoices):
        NONE = "none", _("No mail")
        HELD = "held", _("Waits for the score")
        PLANNED = "planned", _("Mail planned")
        HELD_BACK = "held_back", _("Held back")

    batch = models.ForeignKey(
        AttendanceBatch, models.CASCADE, related_name="entries", db_index=False
    )
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="attendance_entries"
    )
    attended = models.BooleanField()
    is_new_registration = models.BooleanField(default=False)
    is_new_attendance = models.BooleanField(default=False)
    follow_up = models.CharField(
        max_length=10, choices=FollowUp.choices, default=FollowUp.NONE
    )
    # Why there is none, as ``contacts.gate.Reason`` keeps it.
    reason = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "contact"], name="campaigns_attendance_entry_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["batch", "id"],
                condition=Q(follow_up="held"),
                name="campaigns_entries_held",
            ),
        ]

    def __str__(self) -> str:
        return f"contact {self.contact_id} in batch {self.batch_id}"
