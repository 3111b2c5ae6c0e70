from __future__ import annotations

import hashlib
import re
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.models.sequence import Sequence, SequenceVersion, Step
from contacts.models import Contact

_KEY = re.compile(r"seq:(\d{1,18}):\d{1,18}")


def key_of(enrollment: Enrollment, step: Step) -> str:
    """What the mail of a step is called; see ``Message.key``."""
    return f"seq:{enrollment.pk}:{step.pk}"


def run_of_key(key: str) -> int | None:
    """The number of the enrollment that a mail belongs to, if it does to one."""
    match = _KEY.fullmatch(key)
    return int(match[1]) if match else None


def is_held_out(enrollment: Enrollment) -> bool:
    """Whether the contact is of the sequence's hold-out group: always the same."""
    share = enrollment.sequence.hold_out
    subject = f"hold-out:{enrollment.sequence_id}:{enrollment.contact_id}"
    return int(hashlib.sha256(subject.encode()).hexdigest()[:8], 16) % 100 < share


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    def visible_to(self, user: User, action: str) -> EnrollmentQuerySet:
        """All may read; who may change a contact may take it out."""
        if action == "read":
            return self
        return self.filter(contact__in=Contact.objects.visible_to(user, "update"))

    def active(self) -> EnrollmentQuerySet:
        return self.filter(state=Enrollment.State.ACTIVE)

    def awaiting_permission(self, *, at: datetime) -> EnrollmentQuerySet:
        """Those before their first step, because nobody has confirmed the address yet."""
        rows = self.active().filter(step__isnull=True, failures=0)
        return rows.filter(due_at__gt=at)

    def due(self, *, at: datetime) -> EnrollmentQuerySet:
        """Those whose next step may be taken, longest due first; found by index."""
        rows = self.active().filter(due_at__lte=at)
        # Of who was merged while they were let in, until that is undone.
        rows = rows.exclude(contact__in=Contact.everyone.merged())
        return rows.order_by("due_at", "pk")


class Enrollment(models.Model):
    """One contact's run through a sequence. At most one at a time per sequence."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Under way")
        FINISHED = "finished", _("Finished")
        STOPPED = "stopped", _("Stopped")

    class End(models.TextChoices):
        """Why it is over."""

        DONE = "done", _("All steps done")
        GOAL = "goal", _("Goal reached")
        HELD_OUT = "held_out", _("In the hold-out group")
        OPTED_OUT = "opted_out", _("Opted out")
        BOUNCED = "bounced", _("Mail came back")
        REPLIED = "replied", _("Replied")
        HANDED_OFF = "handed_off", _("Handed to sales")
        CLAIMED = "claimed", _("Claimed by a rep")
        CALLED = "called", _("Talked to a rep")
        DEAL = "deal", _("A deal is open")
        DISQUALIFIED = "disqualified", _("Is not to become a customer")
        NO_CONSENT = "no_consent", _("No permission")
        MERGED = "merged", _("Merged into another contact")
        BY_HAND = "by_hand", _("Taken out by hand")
        FAILED = "failed", _("A step failed")

    sequence = models.ForeignKey(Sequence, models.CASCADE, related_name="enrollments")
    version = models.ForeignKey(SequenceVersion, models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="enrollments")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    # The step that is next, or that is being waited for; None: before the first.
    step = models.ForeignKey(Step, models.PROTECT, null=True, related_name="+")
    # When that step was begun; None: not yet.
    step_at = models.DateTimeField(null=True)
    # When it is looked at again; None once it is over, and while it is paused.
    due_at = models.DateTimeField(null=True)
    entered_at = models.DateTimeField()
    # What let it in: "segment", "by hand", "API", ...
    source = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=12, choices=End.choices, blank=True)
    # How often the step at hand has failed in a row.
    failures = models.PositiveSmallIntegerField(default=0)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sequence", "contact"],
                condition=Q(state="active"),
                name="campaigns_one_run_at_a_time",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(state="active"),
                name="campaigns_enrollments_due",
            ),
            models.Index(
                fields=["sequence", "state", "step"], name="campaigns_enrollment_counts"
            ),
            models.Index(
                fields=["contact", "-entered_at"], name="campaigns_runs_of_contact"
            ),
        ]

    def __str__(self) -> str:
        return f"contact {self.contact_id} in {self.sequence_id}: {self.state}"

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE

    def awaits_permission(self, *, at: datetime) -> bool:
        """As ``awaiting_permission`` finds them."""
        is_put_off = self.due_at is not None and self.due_at > at
        is_new = self.step_id is None and not self.failures
        return self.is_active and is_new and is_put_off


class EnrollmentEvent(models.Model):
    """What happened to a run, step by step. Appended, never edited."""

    class Kind(models.TextChoices):
        ENTERED = "entered", _("Entered")
        DID = "did", _("Did a step")
        WAITS = "waits", _("Waits")
        FAILED = "failed", _("A step failed")
        MOVED = "moved", _("Moved to another version")
        ENDED = "ended", _("Ended")

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField()
    step = models.ForeignKey(Step, models.SET_NULL, null=True, related_name="+")
    # The branch that was taken, the variant, or why it ended.
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["enrollment", "at", "id"], name="campaigns_run_events"
            ),
            models.Index(fields=["step", "kind", "note"], name="campaigns_step_events"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"
