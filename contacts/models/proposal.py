from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.models.contact import Contact


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user: User, action: str) -> ProposalQuerySet:
        """Who may change a contact decides on what is proposed for it."""
        if action == "read":
            return self
        return self.filter(contact__in=Contact.objects.visible_to(user, "update"))

    def open(self) -> ProposalQuerySet:
        return self.filter(decided_at=None)


class Proposal(models.Model):
    """A value that somebody typed for a contact without showing that it is theirs.

    The newest stands in for older ones of the field until somebody decides.
    """

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        DISMISSED = "dismissed", _("dismissed")

    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="proposals", db_index=False
    )
    # A field as FieldChange names it: "phone", "company", "custom.size".
    field = models.CharField(max_length=80)
    value = models.JSONField()
    source = models.CharField(max_length=80)
    at = models.DateTimeField()
    decision = models.CharField(max_length=9, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "field"],
                condition=Q(decided_at=None),
                name="contacts_proposal_open_once",
            ),
        ]
        indexes = [
            models.Index(fields=["contact", "field"], name="contacts_proposal_field"),
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.contact_id}"
