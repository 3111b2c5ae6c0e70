"""What may become business with a contact."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from contacts.models import Company, Contact
from journeys.models import Team
from sales.models.handoff import Handoff


class DealQuerySet(models.QuerySet["Deal"]):
    def visible_to(self, user: User, action: str) -> DealQuerySet:
        """Reps see their own and those that are nobody's; those who lead all."""
        if user.leads:
            return self
        if user.sees_all_sales:
            return self if action == "read" else self.none()
        return self.filter(Q(owner=user) | Q(owner=None))

    def open(self) -> DealQuerySet:
        return self.filter(status=Deal.Status.OPEN)

    def won(self) -> DealQuerySet:
        return self.filter(status=Deal.Status.WON)


class Deal(models.Model):
    """An opportunity. While one is open, nothing automated goes to its contact."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("of a deal", "Open")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    class LossReason(models.TextChoices):
        """Why it came to nothing."""

        PRICE = "price", _("Too expensive")
        COMPETITOR = "competitor", _("Went to a competitor")
        NO_BUDGET = "no_budget", _("No budget")
        NO_DECISION = "no_decision", _("Nobody decided")
        BAD_TIMING = "bad_timing", _("Not now")
        BAD_FIT = "bad_fit", _("Does not suit us")
        OTHER = "other", _("Other")

    class WinReason(models.TextChoices):
        """What tipped it."""

        FIT = "fit", _("Fits best")
        PRICE = "price", _("Price")
        ADVICE = "advice", _("Advice")
        SPEED = "speed", _("We were quick")
        TRUST = "trust", _("They know us")
        OTHER = "other", _("Other")

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="deals")
    company = models.ForeignKey(
        Company, models.SET_NULL, null=True, related_name="deals"
    )
    # The one it came from; one handoff opens one deal.
    handoff = models.OneToOneField(
        Handoff, models.SET_NULL, null=True, related_name="deal"
    )
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="deals")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="deals")
    title = models.CharField(_("title"), max_length=200)
    # In the firm's currency; None: nobody can say yet.
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2, null=True)
    # A key of DealSettings.all_stages.
    stage = models.SlugField(max_length=40, db_index=False)
    stage_since = models.DateTimeField()
    expected_close_date = models.DateField(_("expected to close on"), null=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_date = models.DateField(_("due on"), null=True)
    status = models.CharField(max_length=4, choices=Status.choices, default=Status.OPEN)
    # Of WinReason or LossReason.
    reason = models.CharField(max_length=12, blank=True)
    comment = models.TextField(blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)

    objects = DealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open", closed_at=None)
                | Q(status__in=["won", "lost"], closed_at__isnull=False),
                name="sales_deal_closed_when_not_open",
            ),
            models.CheckConstraint(
                condition=Q(value=None) | Q(value__gte=0),
                name="sales_deal_value_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(status="lost") | ~Q(reason=""),
                name="sales_deal_lost_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["stage", "next_step_date", "id"],
                condition=Q(status="open"),
                name="sales_deals_of_stage",
            ),
            models.Index(
                fields=["contact"],
                condition=Q(status="open"),
                name="sales_open_deals_of_contact",
            ),
            models.Index(fields=["owner", "status"], name="sales_deals_of_owner"),
            models.Index(fields=["status", "closed_at"], name="sales_deals_closed"),
            models.Index(fields=["-opened_at", "-id"], name="sales_deals_latest"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def reason_text(self) -> str:
        """In the language that is active."""
        reasons = self.WinReason if self.status == self.Status.WON else self.LossReason
        return str(dict(reasons.choices).get(self.reason, self.reason))


class DealEvent(models.Model):
    """One thing that happened to a deal: its history. Appended, never edited."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("Deal opened")
        MOVED = "moved", _("Deal moved on")
        VALUED = "valued", _("Value changed")
        GIVEN = "given", _("Given to somebody else")
        WON = "won", _("Deal won")
        LOST = "lost", _("Deal lost")
        REOPENED = "reopened", _("Deal opened again")
        ANALYZED = "analyzed", _("Needs noted")
        OFFERED = "offered", _("Offer sent")
        ACCEPTED = "accepted", _("Offer accepted")
        DECLINED = "declined", _("Offer declined")
        EXPIRED = "expired", _("Offer expired")

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField()
    # Who did it; None: LeadHub did.
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # As it was from then on.
    stage = models.SlugField(max_length=40, db_index=False)
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["deal", "at", "id"], name="sales_deal_history")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"
