"""What people fill in about topics and events. The verbs check it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.models import Event, InterestSettings, MailTemplate, Topic
from campaigns.services.topics import MOST_WEIGHT
from contacts.forms import VerbForm
from journeys.measure_choice import MeasureField
from journeys.models.interaction import Kind

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
# Before the kind, in the names of fields.
WEIGHT = "weight_"
LINES = forms.Textarea(attrs={"rows": 4})


class TopicForm(VerbForm):
    name = forms.CharField(label=_("Name"), max_length=80)
    addresses = forms.CharField(
        label=_("Parts of addresses"),
        required=False,
        max_length=10_000,
        widget=LINES,
        help_text=_("One a line, such as /pumps. A page with one of them is about it."),
    )
    words = forms.CharField(
        label=_("Words of titles"),
        required=False,
        max_length=10_000,
        widget=LINES,
        help_text=_("One a line, as whole words. A page with one of them is about it."),
    )

    def __init__(self, *args: Any, topic: Topic, **kwargs: Any) -> None:
        if topic.pk:
            texts: dict[str, list[str]] = {"address": [], "word": []}
            for rule in topic.rules.order_by("text", "pk"):
                texts[rule.kind].append(rule.text)
            kwargs["initial"] = {
                "name": topic.name,
                "addresses": "\n".join(texts["address"]),
                "words": "\n".join(texts["word"]),
            }
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "name": given["name"],
            "addresses": given["addresses"].splitlines(),
            "words": given["words"].splitlines(),
        }


class FadingForm(VerbForm):
    """The half-life, and a field for the weight of each kind that has one."""

    half_life_days = forms.FloatField(
        label=_("Half-life in days"),
        min_value=1,
        max_value=3650,
        help_text=_("An interest that nothing feeds is half as strong after that."),
    )

    def __init__(self, *args: Any, current: InterestSettings, **kwargs: Any) -> None:
        # What browsers take for a number, in each language: 30, 2.5.
        initial = {"half_life_days": f"{current.half_life_days:g}"}
        weights = current.all_weights()
        self.kinds = [kind for kind in Kind if kind in weights]
        for kind in self.kinds:
            initial[WEIGHT + kind] = f"{weights[kind]:g}"
        super().__init__(*args, initial=initial, **kwargs)
        for kind in self.kinds:
            self.fields[WEIGHT + kind] = forms.FloatField(
                label=kind.label,
                min_value=0,
                max_value=MOST_WEIGHT,
                widget=forms.NumberInput(attrs={"class": "form-control"}),
            )

    def weight_fields(self) -> list[forms.BoundField]:
        return [self[WEIGHT + kind] for kind in self.kinds]

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "half_life_days": given["half_life_days"],
            "weights": {kind.value: given[WEIGHT + kind] for kind in self.kinds},
        }


class EventForm(VerbForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=Event.Kind.choices)
    starts_at = forms.DateTimeField(
        label=_("Begins"),
        widget=MOMENT,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"],
    )
    topics = forms.CharField(
        label=_("Topics"),
        required=False,
        max_length=2000,
        help_text=_("Separated by commas. Whoever comes is interested in them."),
    )
    measure = MeasureField(empty_label=_("None"))
    mail_attended = forms.ModelChoiceField(
        label=_("Mail to those who came"),
        queryset=None,
        required=False,
        empty_label=_("None"),
        help_text=_("Whoever sales takes over, or talks to, does not get it."),
    )
    mail_missed = forms.ModelChoiceField(
        label=_("Mail to those who did not"),
        queryset=None,
        required=False,
        empty_label=_("None"),
    )

    def __init__(self, *args: Any, event: Event, user: User, **kwargs: Any) -> None:
        if event.pk:
            kwargs["initial"] = {
                name: getattr(event, name)
                for name in self.base_fields
                if name != "topics"
            }
            names = event.topics.order_by("name", "pk").values_list("name", flat=True)
            kwargs["initial"]["topics"] = ", ".join(names)
        super().__init__(*args, **kwargs)
        templates = MailTemplate.objects.in_use().order_by("name", "pk")
        self.fields["measure"].offer(user=user, kept=event.measure_id)
        self.fields["mail_attended"].queryset = templates
        self.fields["mail_missed"].queryset = templates

    def values(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        topics = given.pop("topics").split(",")
        return {**given, "topics": [each for each in topics if each.strip()]}


class ListForm(forms.Form):
    file = forms.FileField(
        label=_("CSV file"), help_text=_("Up to 20 MB; any encoding and delimiter.")
    )


class PersonForm(VerbForm):
    email = forms.CharField(label=_("E-mail"), max_length=254)
    attended = forms.BooleanField(label=_("Attended"), required=False)
