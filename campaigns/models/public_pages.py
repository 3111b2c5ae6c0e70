"""What we offer: content that visitors give their data for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.models import Contact
from journeys.models import TrackedLink, Visitor


class PublishedQuerySet(models.QuerySet):
    def visible_to(self, user: User, action: str) -> PublishedQuerySet:
        return self if action == "read" or user.runs_marketing else self.none()

    def published(self) -> PublishedQuerySet:
        return self.filter(is_published=True)


class Form(models.Model):
    """Fields a visitor fills in, and what they agree to by sending them."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=100)
    # In order: {"name": "email", "label": "...", "required": true}; names are fields
    # of a contact or "custom.<key>".
    fields = models.JSONField(default=list)
    button = models.CharField(_("button"), max_length=60)
    thanks = models.TextField(_("after sending"))
    language = models.CharField(_("language"), max_length=5, default="en")
    # What sending it counts as besides form_submit, e.g. "demo_request".
    interaction_kind = models.CharField(max_length=40, default="form_submit")
    # What is given in return.
    content = models.ForeignKey(
        "campaigns.Content", models.PROTECT, null=True, blank=True, related_name="forms"
    )
    # Of the questions that this visitor has not answered yet, how many are asked at
    # once, besides the address; 0: all questions, every time.
    asks_at_once = models.PositiveSmallIntegerField(_("questions at once"), default=0)
    is_published = models.BooleanField(_("published"), default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(null=True, editable=False)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = PublishedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def public_url(self) -> str:
        return f"{settings.SITE_URL}/f/{self.slug}/"


class LandingPage(models.Model):
    """A public page with one promise and one form."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=120)
    lead = models.CharField(_("promise"), max_length=300, blank=True)
    # Plain text; a blank line starts a paragraph, "- " a list. So is ``about``.
    body = models.TextField(_("text"), blank=True)
    # As campaigns.blocks reads them. Where there are none, ``body`` is shown.
    blocks = models.JSONField(default=list, blank=True)
    company = models.CharField(_("company"), max_length=120, blank=True)
    about = models.TextField(_("who we are"), blank=True)
    language = models.CharField(_("language"), max_length=5, default="en")
    form = models.ForeignKey(Form, models.PROTECT, null=True, blank=True)
    is_published = models.BooleanField(_("published"), default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(null=True, editable=False)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = PublishedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title

    @property
    def public_url(self) -> str:
        return f"{settings.SITE_URL}/p/{self.slug}/"


class PageCount(models.Model):
    """How often a landing page was opened on one day. Nobody stands behind a count."""

    page = models.ForeignKey(LandingPage, models.CASCADE, related_name="counts")
    day = models.DateField()
    people = models.PositiveIntegerField(default=0)
    machines = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["page", "day"], name="campaigns_page_count_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page_id} on {self.day}"


class FormSubmissionQuerySet(models.QuerySet["FormSubmission"]):
    def visible_to(self, user: User, action: str) -> FormSubmissionQuerySet:
        """One team, one record; what was sent stays as it is."""
        return self if action == "read" else self.none()

    def by_people(self) -> FormSubmissionQuerySet:
        return self.filter(machine_reason="")


class FormSubmission(models.Model):
    """What one visitor typed, as proof. Values of a known contact are proposals only.

    Whoever typed the address has not shown that it is theirs: what they agreed to is,
    as a consent of the contact, pending.
    """

    form = models.ForeignKey(
        Form, models.PROTECT, related_name="submissions", db_index=False
    )
    page = models.ForeignKey(
        LandingPage, models.SET_NULL, null=True, related_name="submissions"
    )
    # None if a machine sent it.
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, related_name="submissions"
    )
    # One-time token of the page it was sent from: sending twice counts once.
    token = models.CharField(max_length=64, unique=True)
    values = models.JSONField(default=dict)
    # The texts that were shown, as ConsentText.as_shown has them, each with "agreed".
    consents = models.JSONField(default=list)
    at = models.DateTimeField()
    # Where the form stood, the network it came from, and with what.
    url = models.CharField(max_length=2000, blank=True)
    network = models.CharField(max_length=50, blank=True)
    user_agent = models.CharField(max_length=500, blank=True)
    machine_reason = models.CharField(max_length=40, blank=True)
    # True if it made the contact; else the values are only proposed.
    made_contact = models.BooleanField(default=False)
    # The browser, if it had agreed to be recognized, and the link it had come by.
    visitor = models.ForeignKey(
        Visitor, models.SET_NULL, null=True, related_name="submissions"
    )
    link = models.ForeignKey(
        TrackedLink, models.SET_NULL, null=True, related_name="submissions"
    )

    objects = FormSubmissionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["form", "-at", "-id"], name="campaigns_form_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.form_id} at {self.at:%Y-%m-%d %H:%M}"
