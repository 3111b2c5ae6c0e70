"""What reps fill in about a call, a meeting or a note. What is allowed the verb says."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms import VerbForm
from journeys.models.interaction import CallOutcome, Kind
from sales.services.talks import MAX_MINUTES, MAX_TEXT

DIRECTIONS = [
    (Kind.CALL_OUTBOUND.value, _("We called")),
    (Kind.CALL_INBOUND.value, _("They called")),
]
WHATS = {
    "note": [Kind.NOTE],
    "call": [Kind.CALL_OUTBOUND, Kind.CALL_INBOUND],
    "meeting": [Kind.MEETING],
}


class TalkForm(VerbForm):
    """``what`` is one of ``WHATS``. As it stands at first, one key sends it."""

    outcome = forms.ChoiceField(
        label=_("How it went"),
        choices=CallOutcome.choices,
        initial=CallOutcome.REACHED,
        required=False,
        widget=forms.RadioSelect,
    )
    kind = forms.ChoiceField(label=_("Who called"), widget=forms.RadioSelect)
    minutes = forms.IntegerField(
        label=_("Minutes"), required=False, min_value=0, max_value=MAX_MINUTES
    )
    text = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("@ and a name puts it into a colleague's inbox."),
    )
    occurred_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("Empty: now."),
    )
    action = forms.RegexField(r"^[0-9a-f]{16}$", widget=forms.HiddenInput)

    def __init__(self, *args: Any, what: str, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "talk-%s")
        super().__init__(*args, **kwargs)
        kind, text = self.fields["kind"], self.fields["text"]
        kind.initial = WHATS[what][0].value
        self.fields["action"].initial = token_hex(8)
        if what == "call":
            kind.choices = DIRECTIONS
            self.fields["outcome"].widget.attrs["autofocus"] = True
        else:
            kind.choices = [(each.value, each.label) for each in WHATS[what]]
            kind.widget = forms.HiddenInput()
            del self.fields["outcome"]
            text.widget.attrs["autofocus"] = True
        if what == "note":
            text.required = True
            del self.fields["minutes"]
