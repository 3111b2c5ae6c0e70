from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.models.contact import Contact


class ConsentQuerySet(models.QuerySet["Consent"]):
    def visible_to(self, user: User, action: str) -> ConsentQuerySet:
        """One team, one record; who may change a contact may add what it said."""
        if action == "read":
            return self
        return self.filter(contact__in=Contact.objects.visible_to(user, "update"))

    def latest_of(
        self, contact_ids: Collection[int], purposes: Collection[str]
    ) -> dict[tuple[int, str], bool]:
        """(contact id, purpose) -> what was said last; without what nobody has said."""
        if not contact_ids:
            return {}
        rows = self.filter(contact__in=contact_ids, purpose__in=purposes)
        said = rows.order_by("at", "pk")
        return {
            (contact_id, purpose): granted
            for contact_id, purpose, granted in said.values_list(
                "contact_id", "purpose", "granted"
            )
        }

    def grants(self, *, contact_id: int, purpose: str) -> Coalesce:
        """Whether the contact agreed when it last said anything, for use in a query."""
        said = self.filter(contact=contact_id, purpose=purpose).order_by("-at", "-pk")
        return Coalesce(Subquery(said.values("granted")[:1]), Value(False))


class Consent(models.Model):
    """A permission given or withdrawn, with its proof. Appended; the latest counts."""

    class Purpose(models.TextChoices):
        EMAIL_MARKETING = "email_marketing", _("Marketing by e-mail")
        EMAIL_TRACKING = "email_tracking", _("Tracking in e-mails")
        WEB_TRACKING = "web_tracking", _("Tracking on the website")
        PROFILING = "profiling", _("Profiling")
        PHONE = "phone", _("Calls")

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    granted = models.BooleanField()
    at = models.DateTimeField()
    source = models.CharField(max_length=80)
    # The text shown, form, page, cut IP, user agent: what proves it.
    proof = models.JSONField(default=dict)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["contact", "purpose", "-at", "-id"],
                name="contacts_consent_latest",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {'granted' if self.granted else 'withdrawn'}"
