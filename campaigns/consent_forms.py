"""What people fill in about the texts that a form asks to agree to."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from contacts.forms import VerbForm
from contacts.models import Consent


class ConsentTextForm(VerbForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=40,
        help_text=_("Like newsletter; the same in all languages and versions."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    text = forms.CharField(
        label=_("Text"),
        widget=forms.Textarea({"rows": 4}),
        help_text=_("What one agrees to, in full. Another wording is a new version."),
    )
    purposes = forms.MultipleChoiceField(
        label=_("Permits"),
        choices=Consent.Purpose.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        help_text=_("With a purpose, a mail asks the address's owner to confirm."),
    )
    is_required = forms.BooleanField(label=_("Needed to send the form"), required=False)
    position = forms.IntegerField(
        label=_("Position"), min_value=0, max_value=99, initial=0, required=False
    )
