from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: User, action: str) -> TeamQuerySet:
        return self if action == "read" or user.runs_marketing else self.none()


class Team(models.Model):
    """A special team: it owns phases, and its members get the contacts in them."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    task = models.CharField(_("task"), max_length=300, blank=True)
    members = models.ManyToManyField(User, through="TeamMember", related_name="teams")

    objects = TeamQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    is_lead = models.BooleanField(_("leads the team"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "user"], name="journeys_team_member_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"
