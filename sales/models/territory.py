"""Whose contacts are which, by what is known of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from journeys.models import Team
from sales.models.calendar import OfAdministratorsQuerySet


class Territory(models.Model):
    """Contacts for which a condition holds are a rep's, or a team's.

    The first one in order that holds counts.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    condition = models.JSONField(_("condition"), default=dict)
    rep = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="territories"
    )
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True)
    position = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(null=True)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = OfAdministratorsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(rep=None) ^ Q(team=None), name="sales_territory_has_one"
            )
        ]

    def __str__(self) -> str:
        return self.name
