"""Choosing the measure that something is counted on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import scope
from journeys.models import Measure


class MeasureField(forms.ModelChoiceField):
    """A measure of a plan in force, or the one that was chosen when it still was."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"label": gettext_lazy("Measure"), "required": False} | kwargs
        super().__init__(Measure.objects.none(), **kwargs)

    def offer(self, *, user: User, kept: int | None) -> None:
        """Offer what the user may choose, and ``kept``, the number of what is chosen."""
        rows = scope(user, Measure, "read").choosable(kept=kept)
        self.queryset = rows.select_related("phase").order_by("name", "pk")

    def label_from_instance(self, measure: Measure) -> str:
        if measure.is_retired:
            return _("%(measure)s (not of the plan any more)") % {"measure": measure}
        return str(measure)
