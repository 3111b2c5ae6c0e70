"""Forms about one's own password: allauth's, in the words of LeadHub."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class OurWords:
    """Labels its fields anew; what repeats a label within the field goes."""

    words: dict[str, Promise]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.words.items():
            field = self.fields[name]  # type: ignore[attr-defined]
            field.label = label
            field.widget.attrs.pop("placeholder", None)


class ChangePasswordForm(OurWords, allauth_forms.ChangePasswordForm):
    words = {
        "oldpassword": _("Your password until now"),
        "password1": _("New password"),
        "password2": _("New password once more"),
    }


class NewPasswordForm(OurWords, allauth_forms.ResetPasswordKeyForm):
    """Where a link from a mail or from an administrator leads."""

    words = {
        "password1": _("New password"),
        "password2": _("New password once more"),
    }


class ResetPasswordForm(OurWords, allauth_forms.ResetPasswordForm):
    words = {"email": _("E-mail address")}


class ReauthenticateForm(OurWords, allauth_forms.ReauthenticateForm):
    words = {"password": _("Your password")}
