"""What somebody has promised to do about a contact, and by when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.models import Contact


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User, action: str) -> TaskQuerySet:
        """All may read what is planned; whose it is and who set it change it, and

        those who lead.
        """
        if action == "read" or user.leads:
            return self
        if not user.may_write:
            return self.none()
        return self.filter(Q(assignee=user) | Q(by=user))

    def open(self) -> TaskQuerySet:
        return self.filter(done_at=None, cancelled_at=None)

    def in_order(self) -> TaskQuerySet:
        return self.order_by("due_at", "pk")


class Task(models.Model):
    """One thing to do about a contact. It ends by being done or cancelled."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call back")
        FOLLOW_UP = "follow_up", _("Follow up")
        OTHER = "other", _("Something else")

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.CharField(max_length=200, blank=True)
    # Nobody: whoever had it has left, and nobody was there to take it over.
    assignee = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="sales_tasks"
    )
    due_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    # A code of the gate's: "do_not_call".
    cancelled_because = models.CharField(max_length=40, blank=True)
    # The number of the form that set it: sent twice, it is one task.
    action = models.CharField(max_length=80, null=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action"], name="sales_task_once")
        ]
        indexes = [
            models.Index(
                fields=["assignee", "due_at", "id"],
                condition=Q(done_at=None, cancelled_at=None),
                name="sales_task_of_rep",
            ),
            models.Index(
                fields=["contact", "due_at", "id"],
                condition=Q(done_at=None, cancelled_at=None),
                name="sales_task_of_contact",
            ),
            models.Index(fields=["due_at", "id"], name="sales_task_by_due"),
        ]

    def __str__(self) -> str:
        return self.text or str(self.get_kind_display())

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.cancelled_at is None
