from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.models.public_pages import Form


class ConsentTextQuerySet(models.QuerySet["ConsentText"]):
    def visible_to(self, user: User, action: str) -> ConsentTextQuerySet:
        return self if action == "read" or user.runs_marketing else self.none()

    def current(self) -> ConsentTextQuerySet:
        return self.filter(ended_at=None)


class ConsentText(models.Model):
    """What a form asks its visitors to agree to, in one wording. Never edited.

    Another wording is another version; the proof of a consent names the one that was
    shown and carries its words.
    """

    form = models.ForeignKey(Form, models.CASCADE, related_name="consent_texts")
    # The same in all languages and versions.
    name = models.SlugField(_("name"), max_length=40)
    language = models.CharField(_("language"), max_length=5, default="en")
    version = models.PositiveIntegerField()
    text = models.TextField(_("text"))
    # Purposes of consent. None: it is agreed to, and no permission.
    purposes = models.JSONField(_("purposes"), default=list)
    is_required = models.BooleanField(_("needed to send the form"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # When a newer version took its place, or none did.
    ended_at = models.DateTimeField(null=True)

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["form", "name", "language", "version"],
                name="campaigns_consent_text_version",
            ),
            models.UniqueConstraint(
                fields=["form", "name", "language"],
                condition=Q(ended_at=None),
                name="campaigns_consent_text_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.language} {self.version}"

    @property
    def field(self) -> str:
        """What its checkbox is called."""
        return f"consent-{self.name}"

    def as_shown(self) -> dict[str, object]:
        """For keeping with what was sent."""
        return {
            "name": self.name,
            "version": self.version,
            "language": self.language,
            "text": self.text,
            "purposes": self.purposes,
        }
