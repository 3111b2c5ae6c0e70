"""What pages ask about offers and needs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from contacts.text import PlainText
from journeys.models import Team
from sales.models import Question
from sales.selectors.needs import Need
from sales.services.offers import MOST_LINES

EMPTY_LINES = 3


class OfferForm(forms.Form):
    introduction = forms.CharField(
        label=_("Introduction"),
        required=False,
        max_length=5_000,
        validators=[PlainText(max_length=5_000, multiline=True)],
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    discount = forms.DecimalField(
        label=_("Discount on all in %"),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
    )
    tax_rate = forms.DecimalField(
        label=_("Tax rate in %"),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
    )
    valid_until_date = forms.DateField(
        label=_("Valid until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class LineForm(forms.Form):
    """A line; without a text there is none."""

    text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=500,
        validators=[PlainText(max_length=500)],
    )
    quantity = forms.DecimalField(
        label=_("Quantity"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=3,
    )
    unit_price = forms.DecimalField(
        label=_("Unit price"), required=False, max_digits=14, decimal_places=2
    )
    discount = forms.DecimalField(
        label=_("Discount in %"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
    )

    def clean(self) -> dict[str, Any]:
        line = super().clean()
        lacks_price = line.get("unit_price") is None and "unit_price" not in self.errors
        if line.get("text") and lacks_price:
            self.add_error("unit_price", _("Say what one costs."))
        return line

    def line(self) -> dict[str, Any] | None:
        if not self.cleaned_data.get("text"):
            return None
        given = self.cleaned_data
        return {
            "text": given["text"],
            "quantity": Decimal(1) if given["quantity"] is None else given["quantity"],
            "unit_price": given["unit_price"],
            "discount": given["discount"] or Decimal(0),
        }


LineFormSet = formset_factory(
    LineForm, extra=EMPTY_LINES, max_num=MOST_LINES, absolute_max=MOST_LINES
)


class NeedsForm(forms.Form):
    """The questions of a deal, in their order; all may be left for later."""

    def __init__(self, *args: Any, needs: list[Need], **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "need-%s")
        super().__init__(*args, **kwargs)
        for need in needs:
            if need.question is not None:
                field = _field_of(need)
                # An asterisk says that it must be answered some day.
                field.label = f"{need.text} *" if need.required else need.text
                field.initial = need.value
                if isinstance(need.value, bool):
                    field.initial = "yes" if need.value else "no"
                self.fields[str(need.question)] = field

    def answers(self) -> dict[int, Any]:
        """Question's number -> value, as the verb takes it."""
        said = {"yes": True, "no": False}
        return {
            int(name): said.get(value, value) if _is_yes_no(self, name) else value
            for name, value in self.cleaned_data.items()
        }


def _is_yes_no(form: NeedsForm, name: str) -> bool:
    return getattr(form.fields[name], "asks_yes_no", False)


def _field_of(need: Need) -> forms.Field:
    kinds = Question.Kind
    if need.kind == kinds.YES_NO:
        words = [("", "–"), ("yes", _("Yes")), ("no", _("No"))]
        field = forms.ChoiceField(choices=words, required=False)
        field.asks_yes_no = True
        return field
    if need.kind == kinds.CHOICE:
        choices = [("", "–"), *((choice, choice) for choice in need.choices)]
        return forms.ChoiceField(choices=choices, required=False)
    if need.kind == kinds.NUMBER:
        return forms.DecimalField(required=False, max_digits=18)
    return forms.CharField(
        required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 2})
    )


class QuestionForm(forms.ModelForm):
    choices = forms.CharField(
        label=_("Choices"),
        required=False,
        max_length=5_000,
        validators=[PlainText(max_length=5_000, multiline=True)],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, where the answer is a choice."),
    )
    text = forms.CharField(
        label=_("Question"), max_length=300, validators=[PlainText(max_length=300)]
    )

    class Meta:
        model = Question
        fields = (
            "text",
            "kind",
            "choices",
            "team",
            "position",
            "is_required",
            "is_active",
        )
        help_texts = {"team": _("Empty: all teams ask it.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.order_by("name")
        if not self.is_bound:
            self.initial["choices"] = "\n".join(self.instance.choices)

    def clean_choices(self) -> list[str]:
        return self.cleaned_data["choices"].splitlines()
