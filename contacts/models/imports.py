from __future__ import annotations

from collections.abc import Iterator

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Job, User
from contacts.models.contact import Contact


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: User, action: str) -> ImportQuerySet:
        if user.runs_marketing or action == "read":
            return self
        return self.filter(by=user)


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
    # column -> field ("email", "company.name", "custom.city", "" = left out).
    mapping = models.JSONField(default=dict)
    updates_existing = models.BooleanField(default=False)
    list_name = models.CharField(max_length=60, blank=True)
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
        return self.status in (self.Status.RUNNING, self.Status.UNDOING)

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
