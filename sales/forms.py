from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from journeys.models import Phase
from sales.models import Handoff

START_OF_WORK = time(9)


class DeclineForm(forms.Form):
    """Why a lead is declined. What is allowed the verb says."""

    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", "–"), *Handoff.Reason.choices]
    )
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    return_at = forms.DateField(
        label=_("Offer it again on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_(
            "Not ready returns after 30 days, no budget after 90, unless you say when."
        ),
    )

    phase = forms.ModelChoiceField(
        label=_("Nurture it in"),
        required=False,
        queryset=Phase.objects.none(),
        empty_label=_("the phase it came from"),
    )

    def __init__(self, *args: Any, handoff: Handoff, **kwargs: Any) -> None:
        # Several may stand on a page.
        kwargs.setdefault("auto_id", f"decline-{handoff.pk}-%s")
        super().__init__(*args, **kwargs)
        self.fields["phase"].queryset = Phase.objects.nurturing(handoff.contact_id)

    def clean_return_at(self) -> datetime | None:
        day = self.cleaned_data["return_at"]
        zone = timezone.get_default_timezone()
        return day and datetime.combine(day, START_OF_WORK, zone)


class RatingForm(forms.Form):
    rating = forms.IntegerField(min_value=1, max_value=5)


class ReassignForm(forms.Form):
    assignee = forms.ModelChoiceField(label=_("Give it to"), queryset=None)

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = people
