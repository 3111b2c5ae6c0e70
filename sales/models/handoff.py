"""The passing of a ready lead to a rep."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.models import Contact
from journeys.models import Team, TeamMember
from sales.sentences import KINDS, why_now
from scoring.models import Crossing


class HandoffQuerySet(models.QuerySet["Handoff"]):
    def visible_to(self, user: User, action: str) -> HandoffQuerySet:
        """Reps see their own, their teams' and those that are nobody's."""
        if user.leads:
            return self
        if user.sees_all_sales:
            return self if action == "read" else self.none()
        teams = TeamMember.objects.filter(user=user).values("team")
        return self.filter(Q(assignee=user) | Q(assignee=None) | Q(team__in=teams))

    def open(self) -> HandoffQuerySet:
        return self.filter(status__in=Handoff.OPEN)

    def offered_in(
        self, since: datetime | None, until: datetime | None
    ) -> HandoffQuerySet:
        """Offered in a period, up to and without ``until``."""
        rows = self.filter(offered_at__gte=since) if since else self
        return rows.filter(offered_at__lt=until) if until else rows

    def returning(self, *, at: datetime) -> HandoffQuerySet:
        """Declined ones whose contact may be offered again by now, oldest first."""
        due = self.filter(returned_at=None, return_at__lte=at)
        return due.order_by("return_at", "pk")

    def acting(self, *, at: datetime) -> HandoffQuerySet:
        """Those with whom the promise clock has something to do by now, oldest first."""
        return self.open().filter(acts_at__lte=at).order_by("acts_at", "pk")


class Handoff(models.Model):
    """The passing of a contact from marketing to a rep. One open per contact."""

    class Status(models.TextChoices):
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")
        RETURNED = "returned", _("Returned")
        CLOSED = "closed", _("Closed")

    class Reason(models.TextChoices):
        """Why sales declined."""

        NOT_READY = "not_ready", _("Not ready yet")
        BAD_FIT = "bad_fit", _("Does not suit us")
        NO_BUDGET = "no_budget", _("No budget")
        WRONG_PERSON = "wrong_person", _("Wrong person")
        DUPLICATE = "duplicate", _("Duplicate")
        COMPETITOR = "competitor", _("Competitor")
        OTHER = "other", _("Other")

    OPEN = (Status.OFFERED, Status.ACCEPTED)

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="handoffs")
    crossing = models.OneToOneField(
        Crossing, models.SET_NULL, null=True, related_name="handoff"
    )
    assignee = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="handoffs"
    )
    team = models.ForeignKey(Team, models.SET_NULL, null=True)
    # Why this assignee: a key of sales.why.BECAUSE, and what is named in its sentence.
    assigned_because = models.CharField(max_length=40, blank=True)
    because_of = models.CharField(max_length=200, blank=True)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.OFFERED
    )
    offered_at = models.DateTimeField(default=timezone.now)
    # When it was offered to who has it now (or became urgent with them), and within
    # how many minutes of working time they promised to answer: by then.
    assigned_at = models.DateTimeField(null=True)
    accept_minutes = models.PositiveIntegerField(default=240)
    accept_by = models.DateTimeField(null=True)
    # How often any of its reps missed that.
    misses = models.PositiveSmallIntegerField(default=0)
    accepted_at = models.DateTimeField(null=True)
    # By when a call, meeting or mail of theirs was promised, and when it came.
    touch_by = models.DateTimeField(null=True)
    touched_at = models.DateTimeField(null=True)
    # Of the promise that runs, to answer or to touch: when its rep is reminded and was,
    # when it was missed, and when the lead is then taken to somebody else.
    warn_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)
    passes_at = models.DateTimeField(null=True)
    # The next of these: what the sweep looks for. None: nothing comes by itself.
    acts_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    decline_reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)
    comment = models.TextField(blank=True)
    # How good its rep found the lead, 1 to 5; they need not say.
    rating = models.PositiveSmallIntegerField(null=True)
    rated_at = models.DateTimeField(null=True)
    # The contact may be offered again from then on.
    return_at = models.DateTimeField(null=True)
    # When that was done.
    returned_at = models.DateTimeField(null=True)
    points = models.FloatField()
    threshold = models.FloatField()
    # What tipped it, the weightiest first: see sales.sentences.why_now.
    reasons = models.JSONField(default=list)
    # Frozen at the crossing: contributions, what was said, consent, opening.
    facts = models.JSONField(default=dict)

    objects = HandoffQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(status__in=["offered", "accepted"]),
                name="sales_one_open_handoff",
            ),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5),
                name="sales_handoff_rating_of_five",
            ),
        ]
        indexes = [
            models.Index(fields=["-offered_at", "-id"], name="sales_handoff_latest"),
            models.Index(
                fields=["assignee", "status", "-offered_at"],
                name="sales_handoff_assignee",
            ),
            models.Index(
                fields=["status", "-offered_at", "-id"], name="sales_handoff_status"
            ),
            models.Index(
                fields=["contact", "-offered_at"], name="sales_handoff_contact"
            ),
            models.Index(
                fields=["return_at"],
                condition=Q(return_at__isnull=False, returned_at=None),
                name="sales_handoff_returning",
            ),
            models.Index(
                fields=["acts_at"],
                condition=Q(acts_at__isnull=False),
                name="sales_handoff_acting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.status}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def why_now(self) -> str:
        """One sentence, in the language that is active."""
        return why_now(self.reasons, points=self.points, threshold=self.threshold)


class HandoffEvent(models.Model):
    """One thing that happened to a handoff: its history. Appended, never edited."""

    class Kind(models.TextChoices):
        OFFERED = "offered", _("Offered")
        CROSSED_AGAIN = "crossed_again", _("Became ready again")
        # Its note is the kind of interaction that is answered sooner.
        HURRIED = "hurried", _("To be answered sooner")
        REASSIGNED = "reassigned", _("Given to somebody else")
        WARNED = "warned", _("Reminded at half time")
        MISSED = "missed", _("Not answered in time")
        PASSED_ON = "passed_on", _("Taken to somebody else")
        EXPIRED = "expired", _("Expired")
        ACCEPTED = "accepted", _("Accepted")
        UNTOUCHED = "untouched", _("No first touch in time")
        RATED = "rated", _("Rated")
        DECLINED = "declined", _("Declined")
        RETURNED = "returned", _("May be offered again")
        CLOSED = "closed", _("Its deal was closed")
        MERGED = "merged", _("Closed: the contact has another handoff")
        REOPENED = "reopened", _("Open again")

    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    at = models.DateTimeField()
    # Who did it; None: LeadHub did.
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # With whom the handoff was from then on.
    assignee = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # Each crossing led to one handoff: it opened it, or it found it open.
    crossing = models.OneToOneField(
        Crossing, models.SET_NULL, null=True, related_name="handoff_event"
    )
    note = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["handoff", "at", "id"], name="sales_handoff_history")
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"

    @property
    def said(self) -> str:
        """What is quoted of it, in the language that is active."""
        is_hurried = self.kind == self.Kind.HURRIED
        return str(KINDS.get(self.note, self.note)) if is_hurried else self.note
