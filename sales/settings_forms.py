"""What administrators set for promises and territories. The verbs check it."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.forms import VerbForm
from contacts.segment_forms import read_condition
from journeys.models import Team
from journeys.models.interaction import Kind
from sales.models import PromiseSettings, Territory


class PromiseForm(VerbForm):
    accept_minutes = forms.IntegerField(
        label=_("Answer a handoff within"),
        min_value=1,
        help_text=_("Minutes of working time. 240 are four hours."),
    )
    demo_minutes = forms.IntegerField(
        label=_("Answer a demo request within"),
        min_value=1,
        required=False,
        help_text=_("Minutes of working time; empty: like all others."),
    )
    touch_minutes = forms.IntegerField(
        label=_("First touch within"),
        min_value=1,
        help_text=_(
            "Minutes of working time after accepting. 480 are a working day of eight"
            " hours: from one day to the same time of the next."
        ),
    )

    def __init__(self, *args: Any, promised: PromiseSettings, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "accept_minutes": promised.accept_minutes,
            "touch_minutes": promised.touch_minutes,
            "demo_minutes": promised.fast_minutes.get(Kind.DEMO_REQUEST),
        }
        super().__init__(*args, **kwargs)
        self.others = {
            kind: minutes
            for kind, minutes in promised.fast_minutes.items()
            if kind != Kind.DEMO_REQUEST
        }

    def values(self) -> dict[str, Any]:
        clean = dict(self.cleaned_data)
        demo = clean.pop("demo_minutes")
        fast = {str(Kind.DEMO_REQUEST): demo} if demo else {}
        return {**clean, "fast_minutes": {**self.others, **fast}}


class HolidayForm(VerbForm):
    date = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date"})
    )
    name = forms.CharField(label=_("Name"), max_length=80)
    team = forms.ModelChoiceField(
        label=_("Only of the team"),
        queryset=Team.objects.order_by("name"),
        required=False,
    )


class TerritoryForm(VerbForm):
    name = forms.CharField(label=_("Name"), max_length=80)
    condition = forms.CharField(label=_("Whose contacts these are"))
    rep = forms.ModelChoiceField(label=_("Rep"), queryset=None, required=False)
    team = forms.ModelChoiceField(
        label=_("or team"), queryset=Team.objects.order_by("name"), required=False
    )

    def __init__(self, *args: Any, territory: Territory | None, **kwargs: Any) -> None:
        if territory is not None:
            kwargs["initial"] = {
                "name": territory.name,
                "condition": json.dumps(territory.condition, ensure_ascii=False),
                "rep": territory.rep_id,
                "team": territory.team_id,
            }
        super().__init__(*args, **kwargs)
        reps = User.objects.reps().order_by("first_name", "last_name", "pk")
        self.fields["rep"].queryset = reps

    def clean_condition(self) -> Any:
        return read_condition(self.cleaned_data["condition"])
