from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class OfMarketingQuerySet(models.QuerySet):
    def visible_to(self, user: User, action: str) -> OfMarketingQuerySet:
        """All may read; who runs marketing writes."""
        return self if action == "read" or user.runs_marketing else self.none()


class Topic(models.Model):
    """What something is about: contents, pages and events have topics."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    updated_at = models.DateTimeField(null=True, editable=False)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = OfMarketingQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
