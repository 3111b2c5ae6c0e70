from __future__ import annotations

from collections.abc import Iterator

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Job, User
from contacts.models.contact import Contact


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: User, action: str) -> ImportQuerySet:
        rows = self.filter(part_of="")
        if user.runs_marketing or action == "read":
            return rows
        return rows.filter(by=user)


class Import(models.Model):
    """One file of contacts: how its columns were read, and what became of its rows."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")
        FAILED = "failed", _("Failed")

    by = models.ForeignKey(User, models.SET_NULL, null=True)
    file_name = models.CharField(max_length=200)
    # The uploaded bytes while they are needed, under a random name in MEDIA_ROOT.
    file = models.FileField(upload_to="imports/", blank=True)
    encoding = models.CharField(max_length=40, blank=True)
    delimiter = models.CharField(max_length=1, default=",")
    columns = models.JSONField(default=list)
    # column -> field ("email", "company.name", "custom.city", "new.text" until it
    # starts); what is not in it is left out.
    mapping = models.JSONField(default=dict)
    # Keys of the custom fields that were made for it.
    made_fields = models.JSONField(default=list)
    updates_existing = models.BooleanField(default=False)
    list_name = models.CharField(max_length=60, blank=True)
    # What it is a part of, e.g. "event 7": that shows it and takes it back.
    part_of = models.CharField(max_length=40, blank=True)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.UPLOADED
    )
    job = models.ForeignKey(Job, models.SET_NULL, null=True)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_running(self) -> bool:
        """Whether somebody is at it; not if its job was canceled or has failed."""
        started = self.status in (self.Status.RUNNING, self.Status.UNDOING)
        return started and not self.was_stopped

    @property
    def was_stopped(self) -> bool:
        """Whether it ended before its end; to be asked with its job at hand."""
        if self.status == self.Status.FAILED:
            return True
        started = self.status in (self.Status.RUNNING, self.Status.UNDOING)
        ended = (Job.Status.CANCELLED, Job.Status.FAILED)
        return started and (self.job is None or self.job.status in ended)

    @property
    def may_be_undone(self) -> bool:
        return self.status == self.Status.DONE or self.was_stopped

    def rejected_rows(self) -> Iterator[tuple[int, list[str], list[str]]]:
        """(number, cells, reasons) of the rows that were rejected, in their order."""
        rows = self.rows.filter(result=ImportRow.Result.REJECTED).order_by("number")
        yield from rows.values_list("number", "cells", "errors").iterator()


class ImportRow(models.Model):
    """What became of one row, and what undoes it."""

    class Result(models.TextChoices):
        CREATED = "created", _("Created")
        UPDATED = "updated", _("Updated")
        UNCHANGED = "unchanged", _("Unchanged")
        REJECTED = "rejected", _("Rejected")

    run = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    result = models.CharField(max_length=10, choices=Result.choices)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True)
    # field -> [before, after] of what this row changed on a contact there was.
    changes = models.JSONField(default=dict)
    # What it did to a company: {"id", "made": its facts or None, "changes"}.
    company = models.JSONField(default=dict)
    # Only of rejected rows: the cells as they stood, and why.
    cells = models.JSONField(default=list)
    errors = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "number"], name="contacts_import_row_once"
            )
        ]

    def __str__(self) -> str:
        return f"row {self.number}: {self.result}"
