from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q

from accounts.models import User
from campaigns.models.address import AddressKey, new_key
from campaigns.models.public_pages import FormSubmission
from contacts.models import Contact
from journeys.models import Visitor

# How long the link in a mail works, and what nobody has confirmed is kept.
VALID = timedelta(days=7)
KEPT = timedelta(days=30)


class OptInQuerySet(models.QuerySet["OptIn"]):
    def visible_to(self, user: User, action: str) -> OptInQuerySet:
        return self if action == "read" else self.none()

    def unconfirmed(self) -> OptInQuerySet:
        return self.filter(confirmed_at=None)


class OptIn(models.Model):
    """Somebody typed an address and agreed; its owner has been asked to confirm it.

    With the submission it is the proof: the address as it was typed, what was shown,
    when, from where, and the POST that confirmed it.
    """

    # What the link in the mail names; signed, see campaigns.tokens.
    key = models.CharField(max_length=32, unique=True, default=new_key)
    address = models.ForeignKey(AddressKey, models.CASCADE, related_name="opt_ins")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="opt_ins")
    submission = models.OneToOneField(
        FormSubmission, models.CASCADE, related_name="opt_in"
    )
    # As it was typed.
    email = models.CharField(max_length=254)
    language = models.CharField(max_length=5)
    # The texts that were agreed to, as ConsentText.as_shown has them.
    texts = models.JSONField(default=list)
    requested_at = models.DateTimeField()
    # Who typed: the whole IP address stands here and in proofs, and nowhere else.
    request = models.JSONField(default=dict)
    visitor = models.ForeignKey(
        Visitor, models.SET_NULL, null=True, related_name="opt_ins"
    )
    # When the mail goes out. None: the same is being asked already, or the address has
    # had enough of them.
    mail_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    # Who confirmed.
    confirmation = models.JSONField(default=dict)

    objects = OptInQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["requested_at", "id"],
                condition=Q(confirmed_at=None),
                name="campaigns_opt_in_unconfirmed",
            )
        ]

    def __str__(self) -> str:
        return f"opt-in {self.pk}"

    @property
    def purposes(self) -> set[str]:
        return {purpose for text in self.texts for purpose in text["purposes"]}
