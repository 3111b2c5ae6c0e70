"""That there are demo data, and what they are."""

from __future__ import annotations

from django.db import models
from django.db.models import QuerySet

from accounts.models import User
from contacts.models import Contact


class DemoDataQuerySet(models.QuerySet["DemoData"]):
    def visible_to(self, user: User, action: str) -> DemoDataQuerySet:
        return self if action == "read" or user.is_administrator else self.none()


class DemoData(models.Model):
    """That there are demo data, and which rows belong to them."""

    made_at = models.DateTimeField()
    # The demo is played into an empty installation: contacts up to this one are its.
    last_contact_id = models.BigIntegerField()
    # Label of a model -> ids, e.g. {"journeys.Team": [1, 2]}.
    rows = models.JSONField(default=dict)

    objects = DemoDataQuerySet.as_manager()

    def __str__(self) -> str:
        return f"demo data of {self.made_at:%Y-%m-%d}"

    def contacts(self) -> QuerySet[Contact]:
        return Contact.objects.filter(pk__lte=self.last_contact_id)
