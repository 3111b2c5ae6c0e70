"""What pages ask about deals."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.text import PlainText
from sales.models import Deal, DealSettings

DAY = {"type": "date"}


def _day_field(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs=DAY, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


def _value_field() -> forms.DecimalField:
    return forms.DecimalField(
        label=_("Value"), required=False, min_value=0, max_digits=14, decimal_places=2
    )


def _comment_field() -> forms.CharField:
    return forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=5_000,
        validators=[PlainText(max_length=5_000, multiline=True)],
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class NextStepForm(forms.Form):
    next_step = forms.CharField(
        label=_("Next step"),
        required=False,
        max_length=200,
        validators=[PlainText(max_length=200)],
    )
    next_step_date = _day_field(_("Due on"))


class DealForm(NextStepForm):
    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=200,
        validators=[PlainText(max_length=200)],
        help_text=_("Empty: the name of the company."),
    )
    value = _value_field()
    expected_close_date = _day_field(_("Expected to close on"))
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=None, required=False, empty_label=_("Nobody")
    )
    stage = forms.ChoiceField(label=_("Stage"), required=False)

    field_order = (
        "title",
        "value",
        "stage",
        "expected_close_date",
        "next_step",
        "next_step_date",
        "owner",
    )

    def __init__(
        self, *args: Any, people: QuerySet[User], is_new: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people
        stages = DealSettings.current().all_stages()
        self.fields["stage"].choices = [(s.key, str(s)) for s in stages]
        if not is_new:
            del self.fields["stage"]


class WinForm(forms.Form):
    value = _value_field()
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", "–"), *Deal.WinReason.choices], required=False
    )
    comment = _comment_field()


class LoseForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", "–"), *Deal.LossReason.choices]
    )
    comment = _comment_field()


class BulkForm(forms.Form):
    """What is done with all deals that are ticked."""

    ids = forms.ModelMultipleChoiceField(queryset=None)
    action = forms.ChoiceField(choices=[("owner", "owner"), ("lose", "lose")])
    owner = forms.ModelChoiceField(queryset=None, required=False)
    reason = forms.ChoiceField(
        choices=[("", "–"), *Deal.LossReason.choices], required=False
    )

    def __init__(
        self,
        *args: Any,
        deals: QuerySet[Deal],
        people: QuerySet[User],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ids"].queryset = deals
        self.fields["owner"].queryset = people
