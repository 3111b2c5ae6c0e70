from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User

is_key = RegexValidator(
    r"^[a-z][a-z0-9_]{0,39}\Z",
    _("Use a-z, 0-9 and _, starting with a letter."),
)


class CustomFieldQuerySet(models.QuerySet["CustomField"]):
    def visible_to(self, user: User, action: str) -> CustomFieldQuerySet:
        return self if action == "read" or user.runs_marketing else self.none()


class CustomField(models.Model):
    """A field that this company added to its contacts. Its values are typed."""

    class Type(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        BOOLEAN = "boolean", _("Yes or no")
        DATE = "date", _("Date")
        CHOICE = "choice", _("Choice")

    key = models.CharField(_("key"), max_length=40, unique=True, validators=[is_key])
    label = models.CharField(_("label"), max_length=80)
    type = models.CharField(
        _("type"), max_length=8, choices=Type.choices, default=Type.TEXT
    )
    choices = models.JSONField(_("choices"), default=list, blank=True)
    # Tells contacts apart as an e-mail address does, e.g. a number of another system.
    is_identifier = models.BooleanField(_("identifies a contact"), default=False)
    updated_at = models.DateTimeField(null=True, editable=False)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = CustomFieldQuerySet.as_manager()

    def __str__(self) -> str:
        return self.label
