from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from accounts.models.user import User


class DigestQuerySet(models.QuerySet["Digest"]):
    def to_mail(self, *, at: datetime) -> DigestQuerySet:
        return self.filter(mail_due_at__lte=at)


class Digest(models.Model):
    """Somebody's daily mail about their inbox: one a day, which the database keeps.

    Made when its hour has come, also if there is nothing to say. The last three columns
    mean what they do in a notification.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="digests")
    # By the user's own clock.
    day = models.DateField()
    mail_due_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)

    objects = DigestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "day"], name="accounts_digest_once_a_day"
            )
        ]
        indexes = [
            models.Index(
                fields=["mail_due_at"],
                condition=Q(mail_due_at__isnull=False),
                name="accounts_digest_mail",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.day}"
