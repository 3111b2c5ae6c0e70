from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.digests import address_digest
from contacts.models.company import Company
from contacts.models.contact import Contact


class TouchGuard(models.Model):
    """The row that touching a contact, and whatever forbids it, both lock.

    Apart from the contact, so that scoring never delays an unsubscribe. Lock it with
    ``contacts.services.touches.lock_guard``; order of locks: contact, guard, message.
    """

    contact = models.OneToOneField(
        Contact, models.CASCADE, primary_key=True, related_name="touch_guard"
    )
    # No automated touch before then; set by the contact or by one of us.
    paused_until = models.DateTimeField(null=True)
    paused_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # Who goes on for a contact that was merged: whoever waited for this lock sees it.
    goes_on_as = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"guard of {self.contact_id}"


class CompanyGuard(models.Model):
    """The row that mails to people of a company lock while its touches are counted.

    Two mails at once could both be the last one that a company may get. Apart from the
    company, which imports hold for long. Order of locks: contact, guard, this, message.
    """

    company = models.OneToOneField(
        Company, models.CASCADE, primary_key=True, related_name="guard"
    )

    def __str__(self) -> str:
        return f"guard of company {self.company_id}"


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def visible_to(self, user: User, action: str) -> SuppressionQuerySet:
        return self if action == "read" or user.runs_marketing else self.none()

    def in_force(self, *, at: datetime) -> SuppressionQuerySet:
        return self.filter(Q(until=None) | Q(until__gt=at), lifted_at=None)

    def of_address(self, address: str) -> SuppressionQuerySet:
        return self.filter(digest=address_digest(address))


class Suppression(models.Model):
    """An address that we must not write to. Outlives the contact, as a digest only."""

    class Reason(models.TextChoices):
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
        OBJECTION = "objection", _("Objected")
        COMPLAINT = "complaint", _("Complained about a mail")
        BOUNCED = "bounced", _("Address does not exist")
        SUSPENDED = "suspended", _("Mailbox did not take mails lately")
        ERASED = "erased", _("Erased")
        BY_HAND = "by_hand", _("Entered by hand")

    # Those after which not even a personal mail may follow.
    FOR_ALL_MAIL = (
        Reason.OBJECTION,
        Reason.COMPLAINT,
        Reason.BOUNCED,
        Reason.SUSPENDED,
        Reason.ERASED,
        Reason.BY_HAND,
    )
    # What a new opt-in of the person's own takes back.
    LIFTED_BY_OPT_IN = (Reason.UNSUBSCRIBED, Reason.OBJECTION, Reason.ERASED)

    # HMAC of the address under a key outside the database: see address_digest.
    digest = models.CharField(max_length=64)
    # To show who it is, while there is a contact with the address.
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, related_name="suppressions"
    )
    reason = models.CharField(max_length=12, choices=Reason.choices)
    at = models.DateTimeField()
    # None: for good.
    until = models.DateTimeField(null=True)
    source = models.CharField(max_length=80)
    detail = models.CharField(max_length=300, blank=True)
    # Who entered it; None: the person did, or a mail server.
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # When it was taken back: by a new opt-in, or by one of us with a reason.
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    lift_reason = models.CharField(max_length=300, blank=True)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "reason"],
                condition=Q(lifted_at=None),
                name="contacts_suppression_once",
            )
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="contacts_suppression_latest")
        ]

    def __str__(self) -> str:
        return f"{self.reason} at {self.at:%Y-%m-%d %H:%M}"


class TouchDecision(models.Model):
    """What the gate answered when a touch was about to happen. Appended."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="touch_decisions")
    channel = models.CharField(max_length=10)
    purpose = models.CharField(max_length=10)
    at = models.DateTimeField()
    allowed = models.BooleanField()
    # [{"code", "params", "until"}], as contacts.gate.Reason stores itself.
    reasons = models.JSONField(default=list)
    # What wanted to touch, e.g. "seq:12:3"; and for whom, if for a person.
    subject = models.CharField(max_length=120)
    title = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(
                fields=["contact", "-at", "-id"], name="contacts_touch_decisions"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {'allowed' if self.allowed else 'refused'}"
