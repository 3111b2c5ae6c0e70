"""The rows in which a draft says what a measure costs from now on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from journeys.cost_forms import CostForm
from journeys.plan_costs import CostPart, cost_part


class DraftCostForm(CostForm):
    """One period. What it cost before today cannot be changed, nor that it did."""

    has_begun = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        since = self.initial.get("since_date")
        if since and date.fromisoformat(since) < timezone.localdate():
            self.has_begun = True
            ends = () if self.initial["per"] == "month" else ("until_date",)
            for name in ("amount", "since_date", *ends):
                self.fields[name].widget.attrs["readonly"] = True


class BaseDraftCosts(forms.BaseFormSet):
    def add_fields(self, form: DraftCostForm, index: int | None) -> None:
        super().add_fields(form, index)
        if form.has_begun:
            del form.fields["DELETE"]

    def kept(self) -> list[DraftCostForm]:
        """The rows that say something, in their order."""
        return [
            form
            for number, form in enumerate(self.forms)
            if (number < self.initial_form_count() or form.has_changed())
            and not form.cleaned_data.get("DELETE")
        ]

    def parts(self) -> list[CostPart]:
        return [cost_part(form.instance) for form in self.kept()]


DraftCosts = forms.formset_factory(
    DraftCostForm, formset=BaseDraftCosts, extra=2, can_delete=True, max_num=200
)
