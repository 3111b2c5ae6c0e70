"""Who talks to whom at the moment."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from accounts.models import User
from contacts.models import Contact


class ClaimQuerySet(models.QuerySet["Claim"]):
    def visible_to(self, user: User, action: str) -> ClaimQuerySet:
        """Everybody sees who talks to whom; reps end their own, those who lead all."""
        if action == "read" or user.leads:
            return self
        return self.filter(rep=user)

    def live(self, *, at: datetime) -> ClaimQuerySet:
        return self.filter(released_at=None, until__gt=at)


class Claim(models.Model):
    """A rep's exclusive conversation with a contact, for a time. One at a time."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="claims")
    rep = models.ForeignKey(User, models.CASCADE, related_name="claims")
    at = models.DateTimeField()
    # It ends by itself then.
    until = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(released_at=None),
                name="sales_one_claim",
            )
        ]
        indexes = [
            models.Index(fields=["contact", "-at"], name="sales_claims_of_contact")
        ]

    def __str__(self) -> str:
        return f"{self.rep} until {self.until:%Y-%m-%d %H:%M}"
