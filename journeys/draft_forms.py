"""Forms in which a draft of a journey is written: its settings, phases and measures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.conditions.validation import validate
from journeys.carriers import carrier_part
from journeys.draft_costs import BaseDraftCosts
from journeys.models import Journey, Measure, Phase
from journeys.plan_diff import JOURNEY, MEASURE, PHASE
from journeys.selectors.snapshots import measure_part, phase_part
from leadhub.errors import InvalidValue

CARRIER = "carrier_"
MOST_CARRIERS = 50


class ConditionField(forms.JSONField):
    """A condition; {} for none, which is shown as nothing."""

    def prepare_value(self, value: Any) -> Any:
        return "" if value in (None, {}) else super().prepare_value(value)

    def clean(self, value: Any) -> dict[str, Any]:
        condition = super().clean(value) or {}
        if condition:
            try:
                validate(condition)
            except InvalidValue as error:
                raise forms.ValidationError(str(error)) from error
        return condition


class PlanForm(forms.ModelForm):
    """What the plan says of the journey as a whole."""

    goal = ConditionField(
        label=_("Goal"),
        required=False,
        help_text=_(
            "What the journey is for. Who satisfies it while they are in the journey "
            "has reached the goal; that is noted once."
        ),
    )

    class Meta:
        model = Journey
        fields = JOURNEY
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "segment": _("Its contacts enter by themselves. Without one: by hand."),
        }

    def part(self) -> dict[str, Any]:
        """The values, as the document of the plan has them."""
        values = dict(self.cleaned_data)
        segment = values.pop("segment")
        return {**values, "segment": segment.pk if segment else None}

    def validate_unique(self) -> None:
        """The name is compared when it is published: it may be this journey's own."""


class PhaseForm(forms.ModelForm):
    entry_condition = ConditionField(
        label=_("Entry condition"),
        required=False,
        help_text=_(
            "Contacts of earlier marketing phases move here as soon as it holds. "
            "Empty: by hand."
        ),
    )
    exit_condition = ConditionField(
        label=_("Exit condition"),
        required=False,
        help_text=_(
            "Contacts in this phase for whom it holds are done here, unless the "
            "entry condition of a later phase takes them further. Out of the last "
            "marketing phase before a handoff only the handoff leads on."
        ),
    )

    class Meta:
        model = Phase
        fields = PHASE
        help_texts = {
            "outcome": _("Contacts move here by themselves once their deal is closed."),
        }

    def part(self) -> dict[str, Any]:
        return phase_part(self.instance)


class MeasureForm(forms.ModelForm):
    phase = forms.ChoiceField(label=_("Phase"))
    url = forms.URLField(
        label=_("Address of the content"),
        assume_scheme="https",
        max_length=200,
        required=False,
        help_text=_("The address of what people see, if it is not made in LeadHub."),
    )

    class Meta:
        model = Measure
        fields = MEASURE
        help_texts = {
            "utm_campaign": _(
                "What comes with this utm_campaign is counted on the measure, and what "
                "comes through what carries it out."
            ),
        }

    def __init__(
        self,
        *args: Any,
        phases: list[dict[str, Any]],
        phase: str,
        carriers: list[str],
        offer: list[tuple[str, Any]],
        costs: BaseDraftCosts,
        **kwargs: Any,
    ) -> None:
        """``carriers`` are those it has, ``offer`` all it may have, by kind."""
        super().__init__(*args, **kwargs)
        self.costs = costs
        self.fields["phase"].choices = [(p["key"], p["name"]) for p in phases]
        self.initial["phase"] = phase
        self.order_fields(["name", "phase"])
        sent = sum(name.startswith(CARRIER) for name in self.data)
        for number in range(min(sent or len(carriers) + 2, MOST_CARRIERS)):
            known = number < len(carriers)
            label = _("Carried out by") if not number else _("Also carried out by")
            self.fields[f"{CARRIER}{number}"] = forms.ChoiceField(
                label=label,
                choices=[("", "–"), *offer],
                initial=carriers[number] if known else "",
                required=False,
                help_text="" if number else _("What it brings is counted on it."),
            )

    def is_valid(self) -> bool:
        is_valid = super().is_valid()
        if not self.costs.is_valid():
            self.add_error(None, _("Something is wrong with the costs."))
            return False
        return is_valid

    def part(self) -> dict[str, Any]:
        return {
            **measure_part(self.instance),
            "costs": self.costs.parts(),
            "carriers": [carrier_part(self.cleaned_data[n]) for n in self._chosen()],
        }

    def refuse(self, attr: str | None, sentence: str) -> None:
        """Say what is wrong at its place: "name", "carriers.1", "costs.0.since_date"."""
        what, _dot, rest = (attr or "").partition(".")
        number, _dot, field = rest.partition(".")
        if what == "carriers" and number:
            self.add_error(self._chosen()[int(number)], sentence)
        elif what == "costs" and number:
            self.costs.kept()[int(number)].add_error(field, sentence)
            self.add_error(None, sentence)
        else:
            self.add_error(what if what in self.fields else None, sentence)

    def _chosen(self) -> list[str]:
        """The fields in which a carrier is chosen, each once."""
        values = {
            value: name
            for name, value in reversed(self.cleaned_data.items())
            if name.startswith(CARRIER) and value
        }
        return list(reversed(values.values()))


class PublishForm(forms.Form):
    """A note, and where contacts go whose phase goes."""

    note = forms.CharField(
        label=_("What is new, and why"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)
    based_on = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        going: list[dict[str, Any]],
        staying: list[dict[str, Any]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        places = [(phase["key"], phase["name"]) for phase in staying]
        for phase in going:
            self.fields[f"move_{phase['key']}"] = forms.ChoiceField(
                label=_("Contacts in %(phase)s go to") % {"phase": phase["name"]},
                choices=[("", "–"), *places, ("out", _("Out of the journey"))],
            )

    def refuse(self, sentence: str, shown: dict[str, int]) -> None:
        """Say why not; what is shown now is what the next try is about."""
        self.add_error(None, sentence)
        self.data = {**self.data.dict(), **shown}

    def moves(self) -> dict[str, str]:
        return {
            name.removeprefix("move_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("move_")
        }

    def move_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("move_")]


class ReviewForm(forms.Form):
    note = forms.CharField(
        label=_("What was found"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=5000,
    )
    next_date = forms.DateField(
        label=_("Next review by"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
    )
    due = forms.DateField(widget=forms.HiddenInput, required=False)
