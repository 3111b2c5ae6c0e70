"""What people fill in about permissions and about addresses not to be written to."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms import VerbForm
from contacts.models.consent import Consent

ANSWERS = [("yes", _("gave permission")), ("no", _("withdrew it, or refused"))]


class ConsentForm(VerbForm):
    purpose = forms.ChoiceField(label=_("What for"), choices=Consent.Purpose.choices)
    answer = forms.ChoiceField(label=_("The contact"), choices=ANSWERS)
    how = forms.CharField(
        label=_("Where this comes from"),
        required=False,
        help_text=_("For example: on the phone on 3 March, asked about offers."),
    )
    text = forms.CharField(
        label=_("What exactly they agreed to"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )


class SuppressionForm(VerbForm):
    address = forms.EmailField(label=_("E-mail address"), max_length=254)
    detail = forms.CharField(label=_("Why"), max_length=300, required=False)
