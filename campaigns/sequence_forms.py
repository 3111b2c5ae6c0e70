"""What people fill in about a sequence as a whole. The verbs check what it means."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.models import Form, Sequence
from contacts.forms import VerbForm
from contacts.models import Segment
from contacts.segment_forms import read_condition
from journeys.measure_choice import MeasureField
from journeys.models import Phase
from leadhub.errors import DomainError

_CLOCK = {"attrs": {"type": "time"}, "format": "%H:%M"}
# What names the settings of which trigger.
SETTING_OF = {
    Sequence.Trigger.SEGMENT: "segment",
    Sequence.Trigger.FORM: "form",
    Sequence.Trigger.PHASE: "phase",
}


class PhaseChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Phase) -> str:
        return f"{obj.journey}: {obj}"


class SequenceForm(VerbForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    trigger = forms.ChoiceField(
        label=_("Who enters"),
        choices=Sequence.Trigger.choices,
        help_text=_("By hand and by the API one may always enter."),
    )
    segment = forms.ModelChoiceField(
        label=_("Segment"), queryset=Segment.objects.order_by("name"), required=False
    )
    form = forms.ModelChoiceField(
        label=_("Form"), queryset=Form.objects.order_by("name", "pk"), required=False
    )
    phase = PhaseChoice(
        label=_("Phase"),
        queryset=Phase.objects.select_related("journey").order_by(
            "journey__name", "position", "pk"
        ),
        required=False,
    )
    when = forms.CharField(label=_("What they do"), required=False)
    goal = forms.CharField(
        label=_("Goal"),
        required=False,
        help_text=_("Whoever it holds for has got there, and leaves the sequence."),
    )
    may_reenter = forms.BooleanField(
        label=_("Who has been through it may enter again"), required=False
    )
    send_days = forms.TypedMultipleChoiceField(
        label=_("Mails go out on"),
        choices=[(number + 1, name) for number, name in WEEKDAYS.items()],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        initial=[1, 2, 3, 4, 5],
    )
    send_from = forms.TimeField(
        label=_("From"), widget=forms.TimeInput(**_CLOCK), initial="09:00"
    )
    send_until = forms.TimeField(
        label=_("Until"),
        widget=forms.TimeInput(**_CLOCK),
        initial="17:00",
        help_text=_("By the contact's own clock."),
    )
    hold_out = forms.IntegerField(
        label=_("Hold-out in percent"),
        min_value=0,
        max_value=50,
        initial=0,
        help_text=_(
            "Of a hundred who enter, so many get nothing. The others are compared with "
            "them: what would have come anyway is not the sequence's merit."
        ),
    )
    measure = MeasureField(help_text=_("What the mails bring is counted on it."))

    def __init__(self, data: Any = None, *, user: User, sequence: Sequence) -> None:
        super().__init__(data, initial=_shown(sequence) if sequence.pk else None)
        self.fields["measure"].offer(user=user, kept=sequence.measure_id)

    def clean_when(self) -> Any:
        return self._condition("when")

    def clean_goal(self) -> Any:
        return self._condition("goal")

    def into(self, sequence: Sequence) -> Sequence:
        """Give the sequence what was filled in; the verb reads it."""
        data = self.cleaned_data
        for name in (
            "name trigger goal may_reenter send_days send_from send_until hold_out "
            "measure"
        ).split():
            setattr(sequence, name, data[name])
        sequence.trigger_settings = {}
        if name := SETTING_OF.get(Sequence.Trigger(data["trigger"])):
            chosen = data[name]
            sequence.trigger_settings = {name: chosen.pk if chosen else None}
        elif data["trigger"] == Sequence.Trigger.INTERACTION:
            sequence.trigger_settings = {"when": data["when"]}
        return sequence

    def add_refusal(self, refusal: DomainError) -> None:
        """Show a refusal at the field that it is about."""
        attr = getattr(refusal, "attr", None) or ""
        if refusal.code == "name_taken":
            attr = "name"
        if attr.startswith("trigger_settings"):
            trigger = Sequence.Trigger(self.cleaned_data["trigger"])
            attr = SETTING_OF.get(trigger, "when")
        refusal.attr = attr  # type: ignore[attr-defined]
        super().add_refusal(refusal)

    def _condition(self, name: str) -> Any:
        text = self.cleaned_data[name].strip()
        return read_condition(text) if text else {}


class PublishForm(forms.Form):
    KEEP, MOVE = "keep", "move"
    people = forms.ChoiceField(
        label=_("Contacts in the middle"),
        choices=[
            (KEEP, _("keep the steps they began with")),
            (MOVE, _("go on in the new version, at the step they are at")),
        ],
        widget=forms.RadioSelect,
        initial=KEEP,
    )
    note = forms.CharField(
        label=_("What changed"),
        max_length=300,
        required=False,
        help_text=_("A note for those who come after you."),
    )


def _shown(sequence: Sequence) -> dict[str, Any]:
    names = (
        "name trigger may_reenter send_days send_from send_until hold_out measure"
    ).split()
    settings = sequence.trigger_settings
    return {
        **{name: getattr(sequence, name) for name in names},
        **{name: settings.get(name) for name in SETTING_OF.values()},
        "when": _text(settings.get("when")),
        "goal": _text(sequence.goal),
    }


def _text(condition: Any) -> str:
    return json.dumps(condition, ensure_ascii=False) if condition else ""
