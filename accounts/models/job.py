from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from leadhub.ids import new_id


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User, action: str) -> JobQuerySet:
        return self if user.is_administrator else self.filter(owner=user)

    def unfinished(self) -> JobQuerySet:
        return self.filter(status__in=[Job.Status.QUEUED, Job.Status.RUNNING])


class Job(models.Model):
    """Work that takes longer than an answer may: who asked, how far it is, what came.

    The row is the truth and carries all that a run needs (``params``); a task only
    looks for rows to take on. ``lease_until`` lets another run take over what a
    killed one left.
    """

    class Kind(models.TextChoices):
        IMPORT = "import", _("Import")
        IMPORT_UNDO = "import_undo", _("Undo of an import")
        EXPORT = "export", _("Export")
        RESCORE = "rescore", _("Rescoring")
        BACKTEST = "backtest", _("Backtest of a scoring model")
        LEARN = "learn", _("Learning weights from outcomes")
        BULK = "bulk", _("Bulk change")
        ADVANCE = "advance", _("Moving contacts through a journey")
        ATTENDANCE = "attendance", _("Attendance of an event")
        ATTENDANCE_UNDO = "attendance_undo", _("Undo of an attendance")
        DEMO_REMOVAL = "demo_removal", _("Removing the demo data")

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Canceled")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="jobs")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    # In which sentences are written that it leaves behind: that of who asked for it.
    language = models.CharField(max_length=10, blank=True, default="")
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.QUEUED
    )
    params = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(status__in=["queued", "running"]),
                name="accounts_job_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
