from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class MailTemplateQuerySet(models.QuerySet["MailTemplate"]):
    def visible_to(self, user: User, action: str) -> MailTemplateQuerySet:
        return self if action == "read" or user.runs_marketing else self.none()

    def in_use(self) -> MailTemplateQuerySet:
        return self.filter(archived_at=None)


class MailTemplate(models.Model):
    """A mail to be filled in for each contact: Markdown with placeholders.

    What may stand in it, ``campaigns.rendering`` says; the verb that stores it checks.
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    subject = models.CharField(_("subject"), max_length=200)
    # What mailboxes show behind the subject.
    preheader = models.CharField(_("preview line"), max_length=200, blank=True)
    body = models.TextField(_("text"))
    # Of what we add ourselves, e.g. how to unsubscribe.
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default="en"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # Not offered any more; what was planned with it is still sent.
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MailTemplateQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["-updated_at", "-id"], name="campaigns_template_latest"
            ),
        ]

    def __str__(self) -> str:
        return self.name
