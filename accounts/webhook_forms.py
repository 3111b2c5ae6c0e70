"""What administrators fill in about a webhook. The verbs check what it means."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models.webhook import SUBSCRIBABLE


class WebhookForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("Sequences choose it by this name."),
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        required=False,
        help_text=_(
            "It must begin with https:// and be reachable in public. Without one nothing "
            "is sent: a program that asks for the feed of events finds it there."
        ),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )
    events = forms.MultipleChoiceField(
        label=_("What it is told"),
        choices=SUBSCRIBABLE,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: only what sequences tell it."),
    )


class ChangedWebhookForm(WebhookForm):
    is_active = forms.BooleanField(label=_("Active"), required=False)
