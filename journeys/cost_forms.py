"""The rows in which what a measure costs is written down."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from journeys.models import MeasureCost


class CostForm(forms.ModelForm):
    class Meta:
        model = MeasureCost
        fields = ("amount", "per", "since_date", "until_date", "note")
        widgets = {
            "since_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "until_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def has_changed(self) -> bool:
        """A new row in which nothing but what stands there at first is no row."""
        changed = set(self.changed_data)
        return bool(changed if self.instance.pk else changed - {"per"})

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        since, until = values.get("since_date"), values.get("until_date")
        if since and until and until < since:
            self.add_error("until_date", _("The last day is before the first."))
        return values


class BaseCostRows(forms.BaseModelFormSet):
    def read(self) -> tuple[list[MeasureCost], list[int]]:
        """New and changed costs, and the numbers of those to remove."""
        costs = self.save(commit=False)
        return costs, [cost.pk for cost in self.deleted_objects]


CostRows = forms.modelformset_factory(
    MeasureCost,
    form=CostForm,
    formset=BaseCostRows,
    extra=2,
    can_delete=True,
    max_num=200,
)
