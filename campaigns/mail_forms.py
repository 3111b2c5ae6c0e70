"""What people fill in about mails. The fields take what was typed; the verbs check it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from campaigns.models.mail_template import MailTemplate
from campaigns.models.sender import Sender
from contacts.forms import VerbForm

TIME = forms.TimeInput(format="%H:%M", attrs={"type": "time"})


class MailTemplateForm(VerbForm):
    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("For us; nobody else sees it.")
    )
    subject = forms.CharField(label=_("Subject"), max_length=200)
    preheader = forms.CharField(
        label=_("Preview line"),
        max_length=200,
        required=False,
        help_text=_("What mailboxes show behind the subject."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Of what we add, such as how to unsubscribe."),
    )
    body = forms.CharField(
        label=_("Text"),
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true"}),
        strip=False,
    )

    def __init__(
        self, *args: Any, template: MailTemplate | None = None, **kwargs: Any
    ) -> None:
        if template is not None and template.pk:
            kwargs["initial"] = {
                name: getattr(template, name) for name in self.base_fields
            }
        super().__init__(*args, **kwargs)


class SenderForm(VerbForm):
    name = forms.CharField(label=_("Name"), max_length=100)
    email = forms.EmailField(
        label=_("Address"),
        max_length=254,
        help_text=_("Your mail server must be allowed to send in its name."),
    )
    reply_to = forms.EmailField(
        label=_("Answers go to"), max_length=254, required=False
    )
    imprint = forms.CharField(
        label=_("Imprint"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Who you are by law, with an address. At the foot of every mail."),
    )
    color = forms.CharField(
        label=_("Color of public pages"),
        max_length=7,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "#1d5a8a"}),
        help_text=_("Of buttons; white text must be readable on it."),
    )
    logo_file = forms.FileField(
        label=_("Logo of public pages"),
        required=False,
        help_text=_("PNG, JPEG, GIF or WebP, at most 2 MB; shown 48 pixels high."),
    )
    per_day = forms.IntegerField(
        label=_("Marketing mails a day and contact"), min_value=1, max_value=50
    )
    per_week = forms.IntegerField(
        label=_("Marketing mails a week and contact"), min_value=1, max_value=200
    )
    per_company = forms.IntegerField(
        label=_("Touches a week and company"),
        required=False,
        min_value=1,
        max_value=1_000,
        help_text=_(
            "Mails, calls and meetings of both teams with all its people. From then on "
            "no marketing mail goes there. Empty: no limit."
        ),
    )
    quiet_from = forms.TimeField(
        label=_("No marketing mails from"),
        required=False,
        widget=TIME,
        help_text=_("By the clock where the contact is. Empty: at any hour."),
    )
    quiet_until = forms.TimeField(label=_("until"), required=False, widget=TIME)
    per_domain = forms.IntegerField(
        label=_("Mails a minute to one domain"),
        min_value=1,
        max_value=10_000,
        help_text=_("So that a mailbox provider does not take us for spammers."),
    )

    def __init__(self, *args: Any, sender: Sender | None, **kwargs: Any) -> None:
        shown = sender or Sender()
        names = [name for name in self.base_fields if name != "logo_file"]
        kwargs["initial"] = {name: getattr(shown, name) for name in names}
        super().__init__(*args, **kwargs)
