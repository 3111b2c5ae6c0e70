"""Forms for journeys, their phases, measures and teams."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.conditions.validation import validate
from journeys.models import Journey, Measure, Phase, Team
from leadhub.errors import InvalidValue


class JourneyForm(forms.ModelForm):
    class Meta:
        model = Journey
        fields = ("name", "description", "segment", "review_date", "is_active")
        widgets = {
            "review_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "description": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "segment": _("Its contacts enter by themselves. Without one: by hand."),
        }


class PhaseForm(forms.ModelForm):
    class Meta:
        model = Phase
        fields = ("name", "stage", "team", "target_days", "outcome", "entry_condition")
        help_texts = {
            "outcome": _("Contacts move here by themselves once their deal is closed."),
            "entry_condition": _(
                "Contacts of earlier marketing phases move here as soon as it holds. "
                "Empty: by hand."
            ),
        }

    def clean_entry_condition(self) -> Any:
        condition = self.cleaned_data["entry_condition"] or {}
        if condition:
            try:
                validate(condition, attr="entry_condition")
            except InvalidValue as error:
                raise forms.ValidationError(str(error)) from error
        return condition


class MeasureForm(forms.ModelForm):
    url = forms.URLField(
        label=_("Content"), assume_scheme="https", max_length=200, required=False
    )

    class Meta:
        model = Measure
        fields = (
            "name",
            "direction",
            "channel",
            "team",
            "url",
            "utm_campaign",
        )
        help_texts = {
            "utm_campaign": _(
                "What comes with this utm_campaign is counted on the measure."
            ),
        }


class TeamForm(forms.ModelForm):
    members = forms.ModelMultipleChoiceField(
        label=_("Members"),
        queryset=User.objects.active().order_by("first_name", "username"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Team
        fields = ("name", "task")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["members"] = list(self.instance.members.all())
