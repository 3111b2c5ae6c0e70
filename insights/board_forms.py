"""What is asked about a board for the wall."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from insights.selectors.boards import figures_offered
from insights.selectors.funnel import live_journeys
from insights.selectors.periods import CHOICES
from journeys.models import Journey

UNTIL = (
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", _("A year")),
    ("", _("No end")),
)


class BoardForm(forms.Form):
    """The verb judges; this only reads."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Where it hangs, e.g. Sales floor.")
    )
    figures = forms.MultipleChoiceField(
        label=_("Figures"), widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label=_("Of the last days"),
        coerce=int,
        choices=[(days, str(days)) for days in CHOICES],
        initial=30,
    )
    journey = forms.ModelChoiceField(
        Journey.objects.none(),
        label=_("Funnel of"),
        required=False,
        empty_label=_("No funnel"),
    )
    names_reps = forms.BooleanField(
        label=_("Name the reps who have leads to answer"), required=False
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    works_for = forms.ChoiceField(
        label=_("Works for"), choices=UNTIL, required=False, initial="365"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["figures"].choices = list(figures_offered().items())
        journeys = [journey.pk for journey in live_journeys(user)]
        self.fields["journey"].queryset = Journey.objects.filter(pk__in=journeys)
