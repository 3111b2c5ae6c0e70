"""What we offer for a deal, line by line."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.models import Message
from sales.models.deal import Deal
from sales.totals import line_total

# Of a mail with an offer: nobody got it.
NOT_LEFT = (Message.State.CANCELLED, Message.State.FAILED, Message.State.EXPIRED)
PERCENT = [MinValueValidator(0), MaxValueValidator(100)]


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, user: User, action: str) -> OfferQuerySet:
        """Who may see or change a deal may so its offers."""
        action = "read" if action == "pdf" else action
        deals = Deal.objects.visible_to(user, action)
        return self.none() if deals.query.is_empty() else self.filter(deal__in=deals)

    def wanting(self, *, since: datetime) -> OfferQuerySet:
        """Sent before that and nobody has answered, or mailed and it did not leave."""
        waiting = self.filter(status=Offer.Status.SENT, deal__status=Deal.Status.OPEN)
        return waiting.filter(Q(sent_at__lt=since) | Q(mail__state__in=NOT_LEFT))


class Offer(models.Model):
    """An offer. Once it is sent nothing about it changes but its answer."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="offers")
    # Given when it is sent, so that the numbers of a year have no gaps.
    year = models.PositiveSmallIntegerField(null=True)
    running = models.PositiveIntegerField(null=True)
    status = models.CharField(
        max_length=8, choices=Status.choices, default=Status.DRAFT
    )
    # Of the firm when it was written.
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=5)
    introduction = models.TextField(_("introduction"), blank=True)
    # In per cent, on all lines together.
    discount = models.DecimalField(
        _("discount on all in per cent"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=PERCENT,
    )
    tax_rate = models.DecimalField(
        _("tax rate in per cent"), max_digits=5, decimal_places=2, validators=PERCENT
    )
    valid_until_date = models.DateField(_("valid until"))
    # As sales.totals has them, of the lines there are.
    lines_total = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    discount_total = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    net = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    tax = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    total = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    # The last that took it to the contact; None: it was handed over otherwise.
    mail = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    # As it was sent, byte by byte; empty before.
    file = models.BinaryField(default=bytes, editable=False)

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["year", "running"], name="sales_offer_number_once"
            ),
            models.UniqueConstraint(
                fields=["deal"],
                condition=Q(status="accepted"),
                name="sales_one_accepted_offer",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", running=None, sent_at=None)
                | (
                    ~Q(status="draft") & Q(running__isnull=False, sent_at__isnull=False)
                ),
                name="sales_offer_numbered_when_sent",
            ),
        ]
        indexes = [
            models.Index(
                fields=["sent_at"],
                condition=Q(status="sent"),
                name="sales_offers_unanswered",
            )
        ]

    def __str__(self) -> str:
        return self.number or str(self.Status.DRAFT.label)

    @property
    def number(self) -> str:
        return f"{self.year}-{self.running:04d}" if self.running else ""

    @property
    def file_name(self) -> str:
        return f"offer-{self.number or f'draft-{self.pk}'}.pdf"

    @property
    def was_held_back(self) -> bool:
        """By mail it did not get there. Load ``mail`` with it."""
        return self.mail is not None and self.mail.state in NOT_LEFT

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    def is_over(self, *, on: date) -> bool:
        """Nobody has answered, and it is too late now."""
        return self.status == self.Status.SENT and self.valid_until_date < on


class OfferLine(models.Model):
    """One line of an offer."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("text"), max_length=500)
    quantity = models.DecimalField(
        _("quantity"),
        max_digits=12,
        decimal_places=3,
        default=Decimal(1),
        validators=[MinValueValidator(0)],
    )
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=2)
    discount = models.DecimalField(
        _("discount in per cent"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=PERCENT,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "position"], name="sales_offer_line_once"
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def total(self) -> Decimal:
        return line_total(self.quantity, self.unit_price, self.discount)


class OfferCounter(models.Model):
    """The last number that an offer of a year was given. Locked to give the next."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
