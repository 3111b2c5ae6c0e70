"""A page of figures for the wall, which whoever has its address may see."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from journeys.models import Journey


class WallBoardQuerySet(models.QuerySet["WallBoard"]):
    def visible_to(self, user: User, action: str) -> WallBoardQuerySet:
        """Those who lead give figures out of the house, and take them back."""
        return self if user.leads else self.none()

    def live(self, *, at: datetime) -> WallBoardQuerySet:
        unending = Q(expires_at=None) | Q(expires_at__gt=at)
        return self.filter(unending, revoked_at=None)


class WallBoard(models.Model):
    """Which figures it shows. Of its address only the digest is kept."""

    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    # Keys of figures, in their order.
    figures = models.JSONField(default=list)
    days = models.PositiveSmallIntegerField(default=30)
    # Whose funnel; None: none.
    journey = models.ForeignKey(Journey, models.SET_NULL, null=True)
    names_reps = models.BooleanField(default=False)
    language = models.CharField(max_length=5)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = WallBoardQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(token: str) -> str:
        """SHA-256 in hex. A token has 256 random bits, so no salt is needed."""
        return sha256(token.encode()).hexdigest()
