from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.models.contact import Contact


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    def visible_to(self, user: User, action: str) -> DataRequestQuerySet:
        """All may see what was asked for; administrators answer."""
        return self if action == "read" or user.is_administrator else self.none()

    def open(self) -> DataRequestQuerySet:
        return self.filter(done_at=None)


class DataRequest(models.Model):
    """A contact asked for their data, or that they be erased. To be answered in time.

    The answer goes to the contact's own address: whoever asked has shown no more than
    a link out of a mail.
    """

    class Kind(models.TextChoices):
        EXPORT = "export", _("A copy of their data")
        ERASE = "erase", _("Erasure of their data")

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="data_requests")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField()
    # By when the law wants an answer.
    due_at = models.DateTimeField()
    source = models.CharField(max_length=80)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "kind"],
                condition=Q(done_at=None),
                name="contacts_one_open_data_request",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.contact_id}"
