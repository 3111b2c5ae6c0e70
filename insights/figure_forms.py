"""What pages of figures ask: a target, and how figures are used."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from insights.kpis.definitions import Scope
from insights.models import FigureSettings


class TargetForm(forms.Form):
    value = forms.FloatField(
        label=pgettext_lazy("of a figure", "Target"),
        required=False,
        help_text=_(
            "Of what adds up it is meant for a month. Empty: no target from then on."
        ),
    )
    valid_from = forms.CharField(
        label=_("From the month on"),
        widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-10"}),
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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
