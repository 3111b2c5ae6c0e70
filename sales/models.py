"""What sales does with a lead that is ready."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.models import Contact
from journeys.models import Team, TeamMember
from scoring.models import Crossing


class HandoffQuerySet(models.QuerySet["Handoff"]):
    def visible_to(self, user: User, action: str) -> HandoffQuerySet:
        """Reps see their own, their teams' and those that are nobody's."""
        if user.is_administrator or user.role == User.Role.LEAD:
            return self
        if user.sees_all_sales:
            return self if action == "read" else self.none()
        teams = TeamMember.objects.filter(user=user).values("team")
        return self.filter(Q(assignee=user) | Q(assignee=None) | Q(team__in=teams))

    def open(self) -> HandoffQuerySet:
        return self.filter(status__in=Handoff.OPEN)


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
    # Why this assignee: "owner", "company", "team", "nobody free", "by hand".
    assigned_because = models.CharField(max_length=40, blank=True)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.OFFERED
    )
    offered_at = models.DateTimeField(default=timezone.now)
    # By when the assignee promised to answer.
    accept_by = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    decline_reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)
    comment = models.TextField(blank=True)
    # The contact may be offered again from then on.
    return_at = models.DateTimeField(null=True)
    points = models.FloatField()
    threshold = models.FloatField()
    # One sentence: what tipped it.
    why_now = models.TextField(blank=True)
    # Frozen at the crossing: contributions, what was said, consent, opening.
    facts = models.JSONField(default=dict)

    objects = HandoffQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(status__in=["offered", "accepted"]),
                name="sales_one_open_handoff",
            )
        ]
        indexes = [
            models.Index(fields=["-offered_at", "-id"], name="sales_handoff_latest"),
            models.Index(
                fields=["assignee", "status", "-offered_at"],
                name="sales_handoff_assignee",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.status}"
