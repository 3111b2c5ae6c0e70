"""What led to a handoff, to count by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sales.models.handoff import Handoff


class HandoffCause(models.Model):
    """A rule that gave points at the crossing, or where what it counted came from.

    What sales says to the lead is counted on it: a decline is data about its causes.
    """

    class Kind(models.TextChoices):
        RULE = "rule", _("Rule")
        CAMPAIGN = "campaign", _("Campaign")
        MEASURE = "measure", _("Measure")

    handoff = models.ForeignKey(
        Handoff, models.CASCADE, related_name="causes", db_index=False
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    # As it was called then: what was renamed or deleted since is counted all the same.
    name = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["handoff", "kind", "name"], name="sales_handoff_cause_once"
            )
        ]
        indexes = [
            models.Index(fields=["kind", "name", "handoff"], name="sales_handoff_cause")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
