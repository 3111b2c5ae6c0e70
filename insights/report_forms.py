"""What is asked about a report by mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from insights.models import ReportSubscription
from insights.reports.registry import reports_for
from insights.selectors.funnel import live_journeys
from journeys.models import Journey


class SubscriptionForm(forms.Form):
    """The verb judges; this only reads."""

    report = forms.ChoiceField(label=_("Report"))
    journey = forms.ModelChoiceField(
        Journey.objects.none(),
        label=_("Journey"),
        required=False,
        empty_label=_("None"),
        help_text=_("For the report on a journey."),
    )
    every = forms.ChoiceField(
        label=_("How often"), choices=ReportSubscription.Every.choices
    )
    weekday = forms.TypedChoiceField(
        label=pgettext_lazy("a weekday", "On"),
        coerce=int,
        choices=ReportSubscription.Weekday.choices,
        help_text=_("Every month: on the first of its kind."),
    )
    hour = forms.TypedChoiceField(
        label=pgettext_lazy("an hour", "From"),
        coerce=int,
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        initial=8,
        help_text=_("By the clock of who gets it."),
    )
    users = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("Who gets it"), required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reports = [(report.key, report.name) for report in reports_for(user)]
        self.fields["report"].choices = reports
        journeys = [journey.pk for journey in live_journeys(user)]
        self.fields["journey"].queryset = Journey.objects.filter(pk__in=journeys)
        if user.leads:
            people = User.objects.active().order_by("first_name", "last_name", "pk")
            self.fields["users"].queryset = people
            self.fields["users"].initial = [user.pk]
        else:
            del self.fields["users"]
