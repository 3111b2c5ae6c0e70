"""What people fill in about one step of a sequence. The verbs check what it means."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy

from accounts.models import User, WebhookEndpoint
from campaigns.models import MailTemplate, Step
from campaigns.steps.branches import BY_CLICKS, BY_GOAL, BY_HAND, MAX_VARIANTS
from campaigns.steps.changes import FIXED
from campaigns.steps.people import MAX_TEXT
from campaigns.steps.sentences import field_label
from contacts.forms import VerbForm, words_of
from contacts.models import CustomField
from contacts.segment_forms import read_condition
from journeys.models import Phase

Settings = dict[str, Any]
MAY_SET = ("first_name", "last_name", "phone", "job_title", "language", "timezone")


class StepForm(VerbForm):
    """One step; a kind's form turns its settings into fields and back."""

    def __init__(self, data: Any = None, *, settings: Settings | None = None) -> None:
        initial = self.shown(settings) if settings else None
        self.stored = settings or {}
        super().__init__(data, initial=initial)

    @staticmethod
    def shown(settings: Settings) -> Settings:
        return dict(settings)

    def settings(self) -> Settings:
        """As the verbs take them."""
        return dict(self.cleaned_data)


class MailForm(StepForm):
    template = forms.ModelChoiceField(
        label=gettext_lazy("Mail template"), queryset=MailTemplate.objects.none()
    )

    def __init__(self, data: Any = None, *, settings: Settings | None = None) -> None:
        super().__init__(data, settings=settings)
        offered = MailTemplate.objects.in_use()
        if settings:  # one that was put away meanwhile is still sent
            offered |= MailTemplate.objects.filter(pk=settings["template"])
        self.fields["template"].queryset = offered.order_by("name", "pk")

    def settings(self) -> Settings:
        return {"template": self.cleaned_data["template"].pk}


class WaitForm(StepForm):
    days = forms.IntegerField(label=gettext_lazy("Days"), required=False, initial=2)
    hours = forms.IntegerField(label=gettext_lazy("Hours"), required=False, initial=0)
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), required=False, initial=0
    )

    def settings(self) -> Settings:
        return {name: value or 0 for name, value in self.cleaned_data.items()}


class WaitUntilForm(StepForm):
    days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days"),
        choices=[(number + 1, name) for number, name in WEEKDAYS.items()],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        initial=[2, 3, 4],
    )
    time = forms.TimeField(
        label=gettext_lazy("Time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        initial="09:00",
        help_text=gettext_lazy("By the contact's own clock."),
    )
    best_hour = forms.BooleanField(
        label=gettext_lazy("At the contact's best hour, where it is known"),
        required=False,
        help_text=gettext_lazy(
            "When they mostly answer, click and come. Else as above."
        ),
    )

    def settings(self) -> Settings:
        data = self.cleaned_data
        clock = data["time"].strftime("%H:%M")
        return {"days": data["days"], "time": clock, "best_hour": data["best_hour"]}


class BranchForm(StepForm):
    condition = forms.CharField(label=gettext_lazy("Yes, if"))
    days = forms.IntegerField(
        label=gettext_lazy("Days to wait for it"),
        initial=2,
        help_text=gettext_lazy(
            "Whoever it holds for goes on at once by “Yes”; the others by “No” when "
            "the days are over. 0: decided at once."
        ),
    )

    @staticmethod
    def shown(settings: Settings) -> Settings:
        condition = json.dumps(settings["condition"], ensure_ascii=False)
        return {"condition": condition, "days": settings["days"]}

    def clean_condition(self) -> Any:
        return read_condition(self.cleaned_data["condition"])


class SplitForm(StepForm):
    by = forms.ChoiceField(
        label=gettext_lazy("What decides"),
        choices=[
            (BY_CLICKS, gettext_lazy("Clicks of people")),
            (BY_GOAL, gettext_lazy("The goal of the sequence")),
            (BY_HAND, gettext_lazy("We do, by hand")),
        ],
        help_text=gettext_lazy(
            "As soon as one variant is better with 95 % certainty, all who come later "
            "take it."
        ),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Within days"),
        initial=3,
        help_text=gettext_lazy("What happens later is not counted."),
    )
    least = forms.IntegerField(
        label=gettext_lazy("At least so many contacts in each"), initial=200
    )
    winner = forms.CharField(
        label=gettext_lazy("Winner"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("Empty until one is found. All who come take it."),
    )

    def __init__(self, data: Any = None, *, settings: Settings | None = None) -> None:
        super().__init__(data, settings=settings)
        self.variants = [
            (
                self._pair(f"name_{n}", "name", n, data),
                self._pair(f"share_{n}", "share", n, data),
            )
            for n in range(MAX_VARIANTS)
        ]

    def _pair(self, name: str, part: str, place: int, data: Any) -> tuple[str, str]:
        """Name and value of one of the fields for variants."""
        usual = [{"name": "A", "share": 50}, {"name": "B", "share": 50}]
        if data is not None:
            return name, data.get(name, "")[:20]
        stored = self.stored.get("variants", usual)
        return name, str(stored[place][part]) if place < len(stored) else ""

    def settings(self) -> Settings:
        variants = [
            {"name": name.strip(), "share": _number(share)}
            for (_n, name), (_s, share) in self.variants
            if name.strip() or share.strip()
        ]
        return {**self.cleaned_data, "variants": variants}


class SetFieldForm(StepForm):
    field = forms.ChoiceField(label=gettext_lazy("Field"))
    value = forms.CharField(
        label=gettext_lazy("Value"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("Empty: what stands there is removed."),
    )

    def __init__(self, data: Any = None, *, settings: Settings | None = None) -> None:
        super().__init__(data, settings=settings)
        own = [(name, field_label(name)) for name in MAY_SET if name not in FIXED]
        custom = CustomField.objects.order_by("label", "pk").values_list("key", "label")
        own += [(f"custom.{key}", label) for key, label in custom]
        kept = self.stored.get("field")
        if kept and kept not in dict(own):
            own.append((kept, field_label(kept)))
        self.fields["field"].choices = own


class TagForm(StepForm):
    add = forms.CharField(
        label=gettext_lazy("Tags to add"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Separated by commas."),
    )
    remove = forms.CharField(
        label=gettext_lazy("Tags to remove"), max_length=500, required=False
    )

    @staticmethod
    def shown(settings: Settings) -> Settings:
        return {name: ", ".join(settings[name]) for name in ("add", "remove")}

    def settings(self) -> Settings:
        return {name: words_of(text) for name, text in self.cleaned_data.items()}


class PhaseChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Phase) -> str:
        return f"{obj.journey}: {obj}"


class MoveForm(StepForm):
    phase = PhaseChoice(label=gettext_lazy("Phase"), queryset=Phase.objects.none())

    def __init__(self, data: Any = None, *, settings: Settings | None = None) -> None:
        super().__init__(data, settings=settings)
        phases = Phase.objects.filter(stage=Phase.Stage.MARKETING)
        self.fields["phase"].queryset = phases.select_related("journey").order_by(
            "journey__name", "position", "pk"
        )

    def settings(self) -> Settings:
        return {"phase": self.cleaned_data["phase"].pk}


class TaskForm(StepForm):
    text = forms.CharField(
        label=gettext_lazy("What is to be done"),
        max_length=MAX_TEXT,
        help_text=gettext_lazy("It comes into the inbox of the contact's owner."),
    )


class NotifyForm(StepForm):
    user = forms.ModelChoiceField(
        label=gettext_lazy("Who is told"), queryset=User.objects.none()
    )
    text = forms.CharField(
        label=gettext_lazy("What they are told"), max_length=MAX_TEXT
    )

    def __init__(self, data: Any = None, *, settings: Settings | None = None) -> None:
        super().__init__(data, settings=settings)
        people = User.objects.active().order_by("first_name", "last_name", "username")
        self.fields["user"].queryset = people

    def settings(self) -> Settings:
        return {"user": self.cleaned_data["user"].pk, "text": self.cleaned_data["text"]}


class WebhookForm(StepForm):
    endpoint = forms.ModelChoiceField(
        label=gettext_lazy("Webhook"),
        queryset=WebhookEndpoint.objects.none(),
        help_text=gettext_lazy(
            "Administrators set them up under Settings. It is told the numbers of the "
            "contact, the sequence and this step, once for each contact that comes here."
        ),
    )

    def __init__(self, data: Any = None, *, settings: Settings | None = None) -> None:
        super().__init__(data, settings=settings)
        offered = WebhookEndpoint.objects.listening()
        if settings:
            offered |= WebhookEndpoint.objects.filter(pk=settings["endpoint"])
        self.fields["endpoint"].queryset = offered.order_by("name", "pk")

    def settings(self) -> Settings:
        return {"endpoint": self.cleaned_data["endpoint"].pk}


FORMS: dict[str, type[StepForm]] = {
    Step.Kind.MAIL: MailForm,
    Step.Kind.WAIT: WaitForm,
    Step.Kind.WAIT_UNTIL: WaitUntilForm,
    Step.Kind.BRANCH: BranchForm,
    Step.Kind.SPLIT: SplitForm,
    Step.Kind.SET_FIELD: SetFieldForm,
    Step.Kind.TAG: TagForm,
    Step.Kind.MOVE: MoveForm,
    Step.Kind.TASK: TaskForm,
    Step.Kind.NOTIFY: NotifyForm,
    Step.Kind.WEBHOOK: WebhookForm,
}


def _number(text: str) -> int | str:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() else text
