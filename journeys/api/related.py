"""Measures that a body of the REST API may name."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.related import Related
from journeys.models import Measure


class ChosenMeasure(Related):
    """A measure of a plan in force, or the one that was chosen when it still was."""

    default_error_messages = {
        "measure_retired": _("This measure is not of the plan any more.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Measure, required=False, allow_null=True, **kwargs)

    def get_queryset(self) -> QuerySet[Measure]:
        return super().get_queryset().select_related("phase")

    def to_internal_value(self, data: Any) -> Measure:
        measure = super().to_internal_value(data)
        kept = getattr(self.parent.instance, "measure_id", None)
        if measure.is_retired and measure.pk != kept:
            self.fail("measure_retired")
        return measure
