"""What people fill in to write to a contact. What is allowed the verbs say."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.models import Content
from contacts.forms import VerbForm


class WordsForm(VerbForm):
    subject = forms.CharField(
        label=_("Subject"),
        max_length=200,
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 9}),
    )
    action = forms.RegexField(r"^[0-9a-f]{16}$", widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "mail-%s")
        super().__init__(*args, **kwargs)
        self.fields["action"].initial = token_hex(8)


class MailForm(WordsForm):
    content = forms.ChoiceField(label=_("With your link to"), required=False)

    def __init__(self, *args: Any, contents: list[Content], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contents = {str(content.pk): content for content in contents}
        self.fields["content"].choices = [
            ("", "–"),
            *((pk, content.title) for pk, content in self.contents.items()),
        ]

    def clean_content(self) -> Content | None:
        return self.contents.get(self.cleaned_data["content"])
