from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from contacts.models.contact import Contact


class MergeQuerySet(models.QuerySet["Merge"]):
    def visible_to(self, user: User, action: str) -> MergeQuerySet:
        """All may see what was merged; who may change the survivor may undo it."""
        if action == "read":
            return self
        return self.filter(kept__in=Contact.objects.visible_to(user, "update"))

    def standing(self) -> MergeQuerySet:
        return self.filter(undone_at=None)

    def of(self, number: int) -> MergeQuerySet:
        """What stands of the contact with that number, whatever the number is."""
        gone = Contact.everyone.filter(pk=number)
        return self.standing().filter(gone__in=gone).select_related("gone")


class Merge(models.Model):
    """Two contacts were one person: which of them goes on, and what takes it back."""

    kept = models.ForeignKey(Contact, models.CASCADE, related_name="merges")
    gone = models.ForeignKey(Contact, models.CASCADE, related_name="merged_by")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    # Where it came from: "browser", or the name of a token.
    source = models.CharField(max_length=80)
    # What the survivor got, field -> [before, after], as FieldChange has it.
    changes = models.JSONField(default=dict)
    # What moved: "app.model.field" -> numbers of the rows.
    moved = models.JSONField(default=dict)
    # What each part of the product noted to take it back; see contacts.merging.
    parts = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # What could not be as before, because it has changed since.
    left = models.JSONField(default=list)

    objects = MergeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gone"],
                condition=Q(undone_at=None),
                name="contacts_merged_once",
            )
        ]
        indexes = [models.Index(fields=["kept", "-at"], name="contacts_merges_of")]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"

    @property
    def moved_rows(self) -> int:
        return sum(len(numbers) for numbers in self.moved.values())


class DistinctQuerySet(models.QuerySet["Distinct"]):
    def visible_to(self, user: User, action: str) -> DistinctQuerySet:
        return self if action == "read" or user.may_write else self.none()


class Distinct(models.Model):
    """Somebody looked, and these two are not one person. Lower number first."""

    first = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    second = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    objects = DistinctQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"], name="contacts_distinct_once"
            ),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="contacts_distinct_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} is not {self.second_id}"
