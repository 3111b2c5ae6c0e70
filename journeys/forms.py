"""Forms for journeys as they run, and for teams."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from journeys.models import Journey, Team


class NewJourneyForm(forms.ModelForm):
    """What a journey begins with; its phases are written in a draft then."""

    class Meta:
        model = Journey
        fields = ("name", "description", "segment", "owner", "review_date")
        widgets = {
            "review_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "description": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "segment": _("Its contacts enter by themselves. Without one: by hand."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = marketers()


class RunningForm(forms.ModelForm):
    """What is true at once, without a version: whether it runs, and its review."""

    class Meta:
        model = Journey
        fields = ("is_active", "owner", "review_date", "remind_days")
        widgets = NewJourneyForm.Meta.widgets
        help_texts = {
            "is_active": _("Switched off nobody enters or moves by itself."),
            "owner": _("Finds in the inbox when the journey is to be reviewed."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = marketers()


def marketers() -> QuerySet[User]:
    """Who may change plans."""
    roles = (User.Role.ADMIN, User.Role.LEAD, User.Role.MARKETER)
    return User.objects.active().filter(role__in=roles).order_by("first_name", "pk")


class TeamForm(forms.ModelForm):
    members = forms.ModelMultipleChoiceField(
        label=_("Members"),
        queryset=User.objects.active().order_by("first_name", "username"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Team
        fields = ("name", "task")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["members"] = list(self.instance.members.all())
