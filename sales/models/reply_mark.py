from __future__ import annotations

from django.db import models

from contacts.models import Contact

MOST_ATTEMPTS = 10


class ReplyMarkQuerySet(models.QuerySet["ReplyMark"]):
    def to_do(self) -> ReplyMarkQuerySet:
        """Oldest first, without those that failed too often."""
        return self.filter(attempts__lt=MOST_ATTEMPTS).order_by("pk")


class ReplyMark(models.Model):
    """A contact has answered, and nobody who works here has been told yet.

    Inserted with the interaction, deleted when it is told: a lost run loses nothing.
    """

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="reply_marks")
    # The number of the interaction. Interactions may be many: no index for this one.
    interaction_id = models.UUIDField()
    at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = ReplyMarkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"contact {self.contact_id} at {self.at:%Y-%m-%d %H:%M}"
