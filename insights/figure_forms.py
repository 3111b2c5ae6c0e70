"""What pages of figures ask: a target, and how figures are used."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from insights.kpis.definitions import Kpi, Scope
from insights.kpis.registry import unit_of
from insights.models import FigureSettings

# By unit; others are named as they are: "%", "EUR".
TARGETS = {
    "h": _("Target in hours"),
    "d": _("Target in days"),
    "stars": _("Target in stars, 1 to 5"),
}


class TargetForm(forms.Form):
    value = forms.FloatField(
        label=pgettext_lazy("of a figure", "Target"),
        required=False,
        help_text=_("Empty: no target from then on."),
    )
    valid_from = forms.CharField(
        label=_("From the month on"),
        widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-10"}),
    )

    def __init__(self, *args: Any, kpi: Kpi, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        value = self.fields["value"]
        if kpi.unit:
            other = _("Target in %(unit)s") % {"unit": unit_of(kpi)}
            value.label = TARGETS.get(kpi.unit, other)
        if kpi.is_sum:
            value.help_text = _("For a month. Empty: no target from then on.")
        self.fields["valid_from"].initial = f"{timezone.localdate(scope.at):%Y-%m}"

    def clean_valid_from(self) -> date:
        """The first day of the month; one to come is allowed."""
        text = self.cleaned_data["valid_from"].strip()
        try:
            day = date.fromisoformat(f"{text}-01")
        except ValueError:
            day = None
        if day is None or not 1980 <= day.year <= 2199:
            raise forms.ValidationError(_("Write a month as 2026-10."))
        return day


class FigureSettingsForm(forms.ModelForm):
    class Meta:
        model = FigureSettings
        fields = ("compares_reps", "freeze_after_days")
