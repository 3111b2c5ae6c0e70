from __future__ import annotations

from hashlib import sha256

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.models.contact import Contact


class VisitorQuerySet(models.QuerySet["Visitor"]):
    def visible_to(self, user: User, action: str) -> VisitorQuerySet:
        """Numbers of browsers, and contacts that all may read anyway."""
        return self if action == "read" else self.none()

    def with_secret(self, key: str) -> Visitor | None:
        """The one that ``key`` is the secret of, if its consent still stands."""
        rows = self.filter(digest=Visitor.digest_of(key), withdrawn_at=None)
        return rows.select_related("contact").first()


class Visitor(models.Model):
    """A browser that agreed to be recognized. Not a person until it proves one.

    The cookie holds 128 random bits; only their digest is kept. ``level`` is the
    proof by which the visitor belongs to its contact.
    """

    class Level(models.IntegerChoices):
        NONE = 0, _("nothing")
        TYPED = 1, _("typed an address")
        CLICKED = 2, _("clicked in a mail")
        CONFIRMED = 3, _("confirmed the address")

    digest = models.CharField(max_length=64, unique=True)
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, related_name="visitors"
    )
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.NONE)
    consent_text = models.CharField(max_length=500, blank=True)
    consented_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = VisitorQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="journeys_visitor_latest"),
        ]

    def __str__(self) -> str:
        return f"visitor {self.pk}"

    @staticmethod
    def digest_of(key: str) -> str:
        return sha256(key.encode()).hexdigest()


class DailySalt(models.Model):
    """The secret of one day's pseudonyms. Deleted when the day is over."""

    day = models.DateField(unique=True)
    salt = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.day}"


class AnonymousView(models.Model):
    """A page view without consent: counted under a pseudonym that ends with the day."""

    day_id = models.CharField(max_length=32)
    occurred_at = models.DateTimeField(db_index=True)
    url = models.CharField(max_length=2000)
    title = models.CharField(max_length=300, blank=True)
    channel = models.CharField(max_length=20)
    is_machine = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.url} at {self.occurred_at:%Y-%m-%d %H:%M}"
