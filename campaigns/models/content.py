from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.models.address import new_key
from campaigns.models.topic import OfMarketingQuerySet, Topic
from contacts.models import Contact
from journeys.models import Measure, Phase

# How long a link to a download works, and how often.
GRANTED_FOR = timedelta(days=7)
DOWNLOADS = 10


def uploads() -> FileSystemStorage:
    """Where uploads lie: no web server looks there, every one goes through a view."""
    return FileSystemStorage(location=settings.MEDIA_ROOT / "uploads", base_url=None)


class Upload(models.Model):
    """A file that somebody of ours has handed in. Its type is what is in it.

    On the disk it has a random name; what it was called stands here alone.
    """

    key = models.CharField(max_length=32, unique=True, default=new_key)
    file = models.FileField(storage=uploads, max_length=60)
    name = models.CharField(_("file name"), max_length=120)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    # In pixels, of images only.
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = OfMarketingQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.width is not None


class ContentQuerySet(OfMarketingQuerySet):
    def in_use(self) -> ContentQuerySet:
        return self.filter(archived_at=None)


class Content(models.Model):
    """Something worth having, a file or an address, that visitors trade data for."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("description"), max_length=1000, blank=True)
    language = models.CharField(_("language"), max_length=5, default="en")
    upload = models.ForeignKey(
        Upload, models.PROTECT, null=True, related_name="contents"
    )
    url = models.URLField(_("address"), max_length=2000, blank=True)
    topics = models.ManyToManyField(Topic, related_name="contents", blank=True)
    # Phases it suits.
    phases = models.ManyToManyField(Phase, related_name="contents", blank=True)
    measure = models.ForeignKey(
        Measure, models.SET_NULL, null=True, blank=True, related_name="contents"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # Offered no more; what was granted still works.
    archived_at = models.DateTimeField(null=True)

    objects = ContentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(upload=None) ^ Q(url=""),
                name="campaigns_content_file_or_address",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class DownloadGrant(models.Model):
    """One contact may have one content, for a while and so many times."""

    # What its link names; signed, see campaigns.tokens.
    key = models.CharField(max_length=32, unique=True, default=new_key)
    content = models.ForeignKey(Content, models.CASCADE, related_name="grants")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="grants")
    # What it was given for; once for each.
    submission = models.OneToOneField(
        "campaigns.FormSubmission", models.CASCADE, null=True, related_name="grant"
    )
    at = models.DateTimeField()
    expires_at = models.DateTimeField()
    left = models.PositiveSmallIntegerField(default=DOWNLOADS)
    # Downloads by people, and by machines, which use none up.
    people = models.PositiveIntegerField(default=0)
    machines = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.content_id} for {self.contact_id}"


class ContentLink(models.Model):
    """A rep's own link to a content, for everybody they send it to."""

    content = models.ForeignKey(Content, models.CASCADE, related_name="links")
    rep = models.ForeignKey(User, models.CASCADE, related_name="content_links")
    link = models.OneToOneField(
        "journeys.TrackedLink", models.CASCADE, related_name="content_link"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["content", "rep"], name="campaigns_content_link_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.content_id} by {self.rep_id}"
