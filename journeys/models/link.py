from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.models.contact import Contact
from journeys.models.interaction import Channel


class TrackedLinkQuerySet(models.QuerySet["TrackedLink"]):
    def visible_to(self, user: User, action: str) -> TrackedLinkQuerySet:
        if action == "read" or user.runs_marketing:
            return self
        return self.filter(created_by=user) if user.may_write else self.none()


class TrackedLink(models.Model):
    """A way to a target of ours or others' that counts who takes it.

    Without a ``target_url`` it is what people do not see of a mail: as an image it counts
    opens, as a link it leads nowhere and tells machines.
    With a ``contact`` it was sent to one person: taking it proves an address
    (level 2). With a ``rep`` what comes of it is credited to them.
    """

    token = models.CharField(max_length=43, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    target_url = models.URLField(_("target"), max_length=2000, blank=True)
    channel = models.CharField(
        _("channel"), max_length=20, choices=Channel.choices, default=Channel.OTHER
    )
    utm = models.JSONField(default=dict, blank=True)
    measure = models.ForeignKey(
        "journeys.Measure",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="links",
        verbose_name=_("measure"),
    )
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, blank=True)
    rep = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="personal_links"
    )
    created_by = models.ForeignKey(User, models.SET_NULL, null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TrackedLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
