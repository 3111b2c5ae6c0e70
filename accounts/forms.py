from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.scopes import RESOURCES

LANGUAGES = [("", _("As the browser")), *settings.LANGUAGES]


class ProfileForm(forms.ModelForm):
    """What people set for themselves."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, required=False)
    absent_until = forms.DateField(
        label=_("Absent up to and including"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Until then new leads go to your colleagues."),
    )
    mails_notifications = forms.BooleanField(
        label=_("Mail me what arrives in my inbox"), required=False
    )
    mails_digest = forms.BooleanField(
        label=_("Mail me every working day what waits"),
        required=False,
        help_text=_("What is late, what is due, what comes back; no mail for nothing."),
    )
    digest_hour = forms.TypedChoiceField(
        label=_("Hour of the daily mail"),
        coerce=int,
        choices=[(hour, f"{hour}:00") for hour in range(24)],
        help_text=_("By your own clock; see your working hours below."),
    )

    class Meta:
        model = User
        fields = [
            "first_name",
            "last_name",
            "language",
            "theme",
            "absent_until",
            "mails_notifications",
            "mails_digest",
            "digest_hour",
        ]


class NewPersonForm(forms.Form):
    """Somebody to be added. What is allowed the verb says."""

    username = forms.CharField(label=_("User name"), max_length=150)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    first_name = forms.CharField(label=_("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)
    role = forms.ChoiceField(
        label=_("Role"), choices=User.Role.choices, initial=User.Role.REP
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, required=False)


class PersonForm(forms.ModelForm):
    """What administrators set for others."""

    absent_until = forms.DateField(
        label=_("Absent up to and including"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    class Meta:
        model = User
        fields = ["first_name", "last_name", "role", "capacity", "absent_until"]


class TokenForm(forms.Form):
    """A token for a program."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Which program uses it.")
    )
    days = forms.TypedChoiceField(
        label=_("Works for"),
        coerce=int,
        empty_value=None,
        required=False,
        initial=365,
        choices=[
            (30, _("30 days")),
            (90, _("90 days")),
            (365, _("A year")),
            ("", _("No end, until it is revoked")),
        ],
    )
    is_limited = forms.BooleanField(
        label=_("Only what is ticked below; else all that I may"), required=False
    )

    def resources(self) -> list[dict[str, Any]]:
        """Rows of the table of scopes, as they were ticked."""
        ticked = set(self.data.getlist("scopes")) if self.is_bound else set()
        return [
            {
                "name": name,
                "may_read": f"{name}:read" in ticked,
                "may_write": f"{name}:write" in ticked,
            }
            for name in RESOURCES
        ]

    def scopes(self) -> list[str] | None:
        """None: all that the role may."""
        if not self.cleaned_data["is_limited"]:
            return None
        return self.data.getlist("scopes")
