"""What people fill in about segments and about fields of their own.

The fields take what was typed; the verbs check it.
"""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.forms import VerbForm
from contacts.models.custom_field import CustomField
from contacts.models.segment import Segment
from leadhub.rest.parsers import parse_json


def read_condition(text: str) -> Any:
    """What the condition editor sends. Raises ``ValidationError``."""
    try:
        return parse_json(text.encode())
    except ValueError as error:
        raise forms.ValidationError(_("This is not JSON.")) from error


class SegmentForm(VerbForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    description = forms.CharField(
        label=gettext_lazy("Description"), max_length=300, required=False
    )
    condition = forms.CharField(label=gettext_lazy("Who belongs to it"))

    def __init__(self, *args: Any, segment: Segment | None, **kwargs: Any) -> None:
        if segment is not None:
            kwargs["initial"] = {
                "name": segment.name,
                "description": segment.description,
                "condition": json.dumps(segment.condition, ensure_ascii=False),
            }
        super().__init__(*args, **kwargs)

    def clean_condition(self) -> Any:
        return read_condition(self.cleaned_data["condition"])


class CustomFieldForm(VerbForm):
    key = forms.CharField(
        label=gettext_lazy("Key"),
        max_length=40,
        help_text=gettext_lazy(
            "Its name in files, conditions and the API, like contract_end. It stays."
        ),
    )
    label = forms.CharField(label=gettext_lazy("Label"), max_length=80)
    type = forms.ChoiceField(
        label=gettext_lazy("Type"), choices=CustomField.Type.choices
    )
    choices = forms.CharField(
        label=gettext_lazy("Choices"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text=gettext_lazy("One on each line; only for a choice."),
    )
    is_identifier = forms.BooleanField(
        label=gettext_lazy("Tells contacts apart"),
        required=False,
        help_text=gettext_lazy(
            "No two contacts have the same value, like a number of another system."
        ),
    )

    def __init__(self, *args: Any, field: CustomField | None, **kwargs: Any) -> None:
        if field is not None:
            kwargs["initial"] = {
                "key": field.key,
                "label": field.label,
                "type": field.type,
                "choices": "\n".join(map(str, field.choices)),
                "is_identifier": field.is_identifier,
            }
        super().__init__(*args, **kwargs)
        self.fields["key"].disabled = field is not None

    def clean_choices(self) -> list[str]:
        return self.cleaned_data["choices"].splitlines()
