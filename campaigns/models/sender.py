from __future__ import annotations

from datetime import time

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.models.content import Upload


class SenderQuerySet(models.QuerySet["Sender"]):
    def visible_to(self, user: User, action: str) -> SenderQuerySet:
        return self if action == "read" or user.runs_marketing else self.none()

    def current(self) -> Sender | None:
        """Who mails come from; None as long as nobody has said so."""
        return self.order_by("pk").first()


class Sender(models.Model):
    """Who our mails come from, and how many of them, when. There is one."""

    name = models.CharField(_("name"), max_length=100)
    email = models.EmailField(_("address"), max_length=254)
    reply_to = models.EmailField(_("answers go to"), max_length=254, blank=True)
    # Who we are by law; stands at the foot of every mail.
    imprint = models.TextField(_("imprint"), max_length=2000)
    # How public pages look: "#rrggbb", "" for ours.
    color = models.CharField(_("color"), max_length=7, blank=True)
    logo = models.ForeignKey(
        Upload, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Marketing mails a contact gets at most, over everything that mails.
    per_day = models.PositiveSmallIntegerField(
        _("marketing mails a day"), default=1, validators=[MinValueValidator(1)]
    )
    per_week = models.PositiveSmallIntegerField(
        _("marketing mails a week"), default=2, validators=[MinValueValidator(1)]
    )
    # Touches by both teams, of all people of a company together; None: as it comes.
    per_company = models.PositiveSmallIntegerField(
        _("touches a week of one company"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
    )
    # By the clock of the contact. Both or none; the end is not part of it.
    quiet_from = models.TimeField(_("quiet from"), null=True, default=time(21))
    quiet_until = models.TimeField(_("quiet until"), null=True, default=time(7))
    # What one mail provider, e.g. gmail.com, gets from us at most.
    per_domain = models.PositiveIntegerField(
        _("mails a minute to one domain"),
        default=120,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
    )
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = SenderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1), name="campaigns_sender_is_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"
