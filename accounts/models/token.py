from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.db import models
from django.utils import timezone

from accounts.models.user import User


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def visible_to(self, user: User, action: str) -> ApiTokenQuerySet:
        """One's own; administrators see and revoke everybody's."""
        return self if user.is_administrator else self.filter(user=user)


class ApiToken(models.Model):
    """A key of a program that acts for a user. Only its digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    # None: all that the role may; an empty list: nothing.
    scopes = models.JSONField(null=True, blank=True, default=None)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(key: str) -> str:
        """SHA-256 in hex. The key has 256 random bits, so no salt is needed."""
        return sha256(key.encode()).hexdigest()

    def is_live(self, *, at: datetime) -> bool:
        """Load ``user`` with it."""
        is_expired = self.expires_at is not None and self.expires_at <= at
        return self.revoked_at is None and not is_expired and self.user.is_active

    def allows(self, scope: str) -> bool:
        return self.scopes is None or scope in self.scopes
