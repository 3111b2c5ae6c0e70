"""What people fill in about contents, pages and forms. The verbs check it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import scope
from campaigns.fields import KNOWN, PREFIX
from campaigns.models import Content, Form, LandingPage
from contacts.forms import VerbForm
from contacts.values import custom_fields
from journeys.measure_choice import MeasureField
from journeys.models import Phase

SLUG = _("Letters, digits and hyphens. Empty: made from the title.")
LABELS = {
    "email": _("E-mail"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "phone": _("Phone"),
    "job_title": _("Job title"),
    "language": _("Language"),
    "company": _("Company"),
    "company.domain": _("Website of the company"),
    "company.industry": _("Industry"),
    "company.employees": _("Employees"),
    "company.country": _("Country"),
}


class PhaseField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, phase: Phase) -> str:
        return f"{phase.journey}: {phase}"


class ContentForm(VerbForm):
    title = forms.CharField(label=_("Title"), max_length=120)
    slug = forms.CharField(
        label=_("Short name"), max_length=60, required=False, help_text=SLUG
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands on pages that offer it."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_(
            "PDF, EPUB, MP4, an image, or an office document without macros; at most "
            "20 MB. A new file takes the place of what was there."
        ),
    )
    url = forms.CharField(
        label=_("Or an address"),
        max_length=2000,
        required=False,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    topics = forms.CharField(
        label=_("Topics"),
        max_length=1000,
        required=False,
        help_text=_("What it is about, separated by commas."),
    )
    phases = PhaseField(
        label=_("Suits these phases"),
        queryset=Phase.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    measure = MeasureField(help_text=_("What it brings is counted on it."))

    def __init__(
        self, *args: Any, user: User, content: Content | None, **kwargs: Any
    ) -> None:
        if content is not None:
            kwargs["initial"] = {
                name: getattr(content, name)
                for name in ("title", "slug", "description", "language", "url")
            } | {
                "measure": content.measure_id,
                "topics": ", ".join(topic.name for topic in content.topics.all()),
                "phases": list(content.phases.all()),
            }
        super().__init__(*args, **kwargs)
        phases = scope(user, Phase, "read").select_related("journey")
        self.fields["phases"].queryset = phases.order_by("journey__name", "position")
        kept = content.measure_id if content else None
        self.fields["measure"].offer(user=user, kept=kept)

    def clean_topics(self) -> list[str]:
        parts = self.cleaned_data["topics"].split(",")
        return [part.strip() for part in parts if part.strip()]


class PageForm(VerbForm):
    """All of a page but its blocks."""

    title = forms.CharField(label=_("Title"), max_length=120)
    slug = forms.CharField(
        label=_("Address"), max_length=60, required=False, help_text=SLUG
    )
    lead = forms.CharField(label=_("Promise"), max_length=300, required=False)
    form = forms.ModelChoiceField(
        label=_("Form"),
        queryset=Form.objects.none(),
        required=False,
        help_text=_("Beside the text, unless a block says where it stands."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    company = forms.CharField(label=_("Company"), max_length=120, required=False)
    about = forms.CharField(
        label=_("Who we are"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, *args: Any, user: User, page: LandingPage, **kwargs: Any
    ) -> None:
        names = [name for name in self.base_fields if name != "form"]
        kwargs["initial"] = {name: getattr(page, name) for name in names}
        kwargs["initial"]["form"] = page.form_id
        super().__init__(*args, **kwargs)
        self.fields["form"].queryset = scope(user, Form, "read").order_by("name", "pk")


class FormForm(VerbForm):
    """All of a form but its questions."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("Its title on pages.")
    )
    slug = forms.CharField(
        label=_("Address"), max_length=60, required=False, help_text=SLUG
    )
    content = forms.ModelChoiceField(
        label=_("Gives in return"),
        queryset=Content.objects.none(),
        required=False,
        help_text=_("Whoever sends the form gets a link to it that ends in 7 days."),
    )
    button = forms.CharField(label=_("Button"), max_length=60)
    thanks = forms.CharField(
        label=_("After sending"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    interaction_kind = forms.CharField(
        label=_("Counts as"),
        max_length=40,
        initial="form_submit",
        help_text=_("form_submit, or what rules of the score call it: demo_request …"),
    )
    asks_at_once = forms.IntegerField(
        label=_("Questions at once"),
        min_value=0,
        max_value=30,
        initial=0,
        help_text=_(
            "Besides the address; who comes again is asked the next ones. 0: all."
        ),
    )
    is_published = forms.BooleanField(label=_("Published"), required=False)

    def __init__(self, *args: Any, user: User, form: Form, **kwargs: Any) -> None:
        names = [name for name in self.base_fields if name != "content"]
        kwargs["initial"] = {name: getattr(form, name) for name in names}
        kwargs["initial"]["content"] = form.content_id
        super().__init__(*args, **kwargs)
        contents = scope(user, Content, "read").in_use().order_by("title", "pk")
        self.fields["content"].queryset = contents


def questions_of(form: Form, data: Any = None) -> list[dict[str, Any]]:
    """A row for each question there can be, those that are asked first, in order.

    ``data`` is what was posted: "ask-<name>", "label-<name>", "required-<name>",
    "place-<name>".
    """
    customs = custom_fields()
    names = [name for name in KNOWN if name in LABELS]
    labels = {name: str(LABELS[name]) for name in names}
    labels |= {f"{PREFIX}{key}": each.label for key, each in customs.items()}
    asked = {entry["name"]: (n, entry) for n, entry in enumerate(form.fields, 1)}
    rows = []
    for name, label in labels.items():
        place, entry = asked.get(name, (None, {}))
        row = {
            "name": name,
            "title": label,
            "is_asked": place is not None or name == "email",
            "label": entry.get("label", label),
            "is_required": bool(entry.get("required")) or name == "email",
            "place": place or "",
        }
        if data is not None:
            row |= {
                "is_asked": f"ask-{name}" in data or name == "email",
                "label": data.get(f"label-{name}", "")[:1000],
                "is_required": f"required-{name}" in data or name == "email",
                "place": data.get(f"place-{name}", "")[:4],
            }
        rows.append(row)
    return sorted(rows, key=lambda row: (not row["is_asked"], _place(row["place"])))


def _place(text: Any) -> int:
    digits = str(text)
    return int(digits) if digits.isascii() and digits.isdigit() else 9999


def fields_from(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As a form keeps them."""
    return [
        {
            "name": row["name"],
            "label": row["label"] or row["title"],
            "required": row["is_required"],
        }
        for row in rows
        if row["is_asked"]
    ]
