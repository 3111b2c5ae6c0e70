from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class SegmentQuerySet(models.QuerySet["Segment"]):
    def visible_to(self, user: User, action: str) -> SegmentQuerySet:
        return self if action == "read" or user.runs_marketing else self.none()


class Segment(models.Model):
    """Contacts that satisfy a condition, whoever they are at the moment."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    condition = models.JSONField(_("condition"), default=dict)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = SegmentQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User, action: str) -> SavedViewQuerySet:
        mine = Q(owner=user)
        return self.filter(mine | Q(is_shared=True) if action == "read" else mine)


class SavedView(models.Model):
    """A filtered, sorted list that somebody wants to come back to."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=60)
    # The query string of the contact list, without the page.
    query = models.TextField(blank=True)
    is_shared = models.BooleanField(_("everybody sees it"), default=False)
    is_pinned = models.BooleanField(_("in the navigation"), default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"], name="contacts_saved_view_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
