"""Each step of contacts on journeys with what came before and after it (ADR 0011).

Like all rollups these are no facts: they can be thrown away and are counted anew. Plain
numbers, since a row outlives what it is about until it is.
"""

from __future__ import annotations

from django.db import models


class EnteredPhase(models.Model):
    """``passages.Entry`` of a contact."""

    contact_id = models.BigIntegerField(db_index=True)
    phase_id = models.BigIntegerField()
    at = models.DateTimeField()
    before_at = models.DateTimeField(null=True)
    moved_on_at = models.DateTimeField(null=True)
    way = models.TextField()
    next_at = models.DateTimeField(null=True)

    class Meta:
        # With all that a funnel asks, so that it is read from it alone.
        indexes = [
            models.Index(
                fields=["at"],
                include=["phase_id", "contact_id", "before_at", "moved_on_at"],
                name="insights_entered_at",
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.phase_id} at {self.at:%Y-%m-%d}"


class MeasureTouch(models.Model):
    """``passages.Touch`` of a contact."""

    contact_id = models.BigIntegerField(db_index=True)
    measure_id = models.BigIntegerField()
    at = models.DateTimeField()
    before_at = models.DateTimeField(null=True)
    moved_on_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # As above.
            models.Index(
                fields=["measure_id", "at"],
                include=["contact_id", "before_at", "moved_on_at"],
                name="insights_touch_measure",
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} by {self.measure_id} at {self.at:%Y-%m-%d}"
