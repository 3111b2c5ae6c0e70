"""What people fill in about contacts and companies.

Fields only take text; the verbs check it, by the same rules as everywhere.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.models.company import Company
from contacts.models.contact import Contact
from contacts.models.custom_field import CustomField
from leadhub.errors import DomainError

PLAIN = ("email", "first_name", "last_name", "phone", "job_title")
ZONES = _("For example Europe/Berlin. Mails go out by it.")


def owners() -> Any:
    return User.objects.active().order_by("first_name", "last_name", "username")


def _control(field: forms.Field) -> str:
    if isinstance(field.widget, forms.Select):
        return "form-select"
    boxes = (forms.CheckboxInput, forms.CheckboxSelectMultiple, forms.RadioSelect)
    if isinstance(field.widget, boxes):
        return "form-check-input"
    return "form-control"


class VerbForm(forms.Form):
    """A form whose values are checked by a verb."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", _control(field))

    def add_refusal(self, refusal: DomainError) -> None:
        """Show what a verb refused, each fault at its field."""
        for fault in getattr(refusal, "errors", [refusal]):
            attr = getattr(fault, "attr", None) or ""
            name = attr.replace("custom.", "custom_")
            if name not in self.fields:
                name = name.split(".")[0]
            self.add_error(name if name in self.fields else None, str(fault))
        for name in self.errors:
            if name in self.fields:
                attrs = self.fields[name].widget.attrs
                attrs["class"] += " is-invalid"
                attrs["aria-invalid"] = "true"


class ContactForm(VerbForm):
    """All of a contact, custom fields included."""

    email = forms.CharField(
        label=_("E-mail"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    first_name = forms.CharField(label=_("First name"), required=False)
    last_name = forms.CharField(label=_("Last name"), required=False)
    company = forms.CharField(label=_("Company"), required=False)
    job_title = forms.CharField(label=_("Job title"), required=False)
    phone = forms.CharField(
        label=_("Phone"), required=False, widget=forms.TextInput({"type": "tel"})
    )
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=None, required=False, empty_label=_("Nobody")
    )
    tags = forms.CharField(
        label=_("Tags"), required=False, help_text=_("Separated by commas.")
    )
    language = forms.CharField(
        label=_("Language"), required=False, help_text=_("For example en or de-AT.")
    )
    timezone = forms.CharField(label=_("Time zone"), required=False, help_text=ZONES)

    def __init__(
        self,
        *args: Any,
        contact: Contact | None = None,
        custom_fields: list[CustomField],
        **kwargs: Any,
    ) -> None:
        self.contact, self.custom_fields = contact, custom_fields
        if contact is not None:
            kwargs["initial"] = self._initial_of(contact)
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = owners()
        for definition in custom_fields:
            field = _custom_field(definition)
            field.widget.attrs["class"] = _control(field)
            self.fields[f"custom_{definition.key}"] = field

    def _initial_of(self, contact: Contact) -> dict[str, Any]:
        custom = {f"custom_{key}": _as_text(v) for key, v in contact.custom.items()}
        return {
            **{name: getattr(contact, name) for name in PLAIN},
            "company": contact.company.name if contact.company else "",
            "owner": contact.owner_id,
            "tags": ", ".join(sorted(tag.name for tag in contact.tags.all())),
            "language": contact.language,
            "timezone": contact.timezone,
            **custom,
        }

    def data_for_verb(self) -> dict[str, Any]:
        """What was changed, as the verbs take it; all that was filled in if new."""
        data: dict[str, Any] = {}
        for name in (*PLAIN, "language", "timezone"):
            data[name] = self.cleaned_data[name]
        data["owner"] = self.cleaned_data["owner"]
        data["tags"] = words_of(self.cleaned_data["tags"])
        data["custom"] = {
            field.key: self.cleaned_data[f"custom_{field.key}"]
            for field in self.custom_fields
        }
        if "company" in self.changed_data:
            name = self.cleaned_data["company"]
            data["company"] = {"name": name} if name else None
        if self.contact is None:
            return data
        # What stands as it stood may have been changed by a colleague meanwhile.
        custom = {
            key: value
            for key, value in data.pop("custom").items()
            if f"custom_{key}" in self.changed_data
        }
        changed = {k: v for k, v in data.items() if k in self.changed_data}
        return {**changed, **({"custom": custom} if custom else {})}


def words_of(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _custom_field(definition: CustomField) -> forms.Field:
    options: dict[str, Any] = {"label": definition.label, "required": False}
    if definition.type == CustomField.Type.BOOLEAN:
        choices = [("", "—"), ("true", _("Yes")), ("false", _("No"))]
        return forms.ChoiceField(choices=choices, **options)
    if definition.type == CustomField.Type.CHOICE:
        choices = [("", "—"), *((str(c), str(c)) for c in definition.choices)]
        return forms.ChoiceField(choices=choices, **options)
    if definition.type == CustomField.Type.DATE:
        return forms.CharField(widget=forms.DateInput({"type": "date"}), **options)
    return forms.CharField(**options)


class CompanyForm(VerbForm):
    name = forms.CharField(label=_("Name"))
    domain = forms.CharField(
        label=_("Domain"), required=False, help_text=_("For example acme.com.")
    )
    industry = forms.CharField(label=_("Industry"), required=False)
    employees = forms.CharField(
        label=_("Employees"),
        required=False,
        widget=forms.TextInput({"inputmode": "numeric"}),
    )
    country = forms.CharField(label=_("Country"), required=False)

    def __init__(
        self, *args: Any, company: Company | None = None, **kwargs: Any
    ) -> None:
        if company is not None:
            names = ("name", "domain", "industry", "employees", "country")
            kwargs["initial"] = {name: getattr(company, name) for name in names}
        super().__init__(*args, **kwargs)


class CellForm(VerbForm):
    """One cell of the contact list."""

    value = forms.CharField(required=False)
    # What stood there when the cell was opened.
    before = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, contact: Contact, field: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contact, self.field = contact, field
        if field == "owner":
            choices = [("", _("Nobody")), *((str(u.pk), str(u)) for u in owners())]
            self.fields["value"] = forms.ChoiceField(
                choices=choices,
                required=False,
                widget=forms.Select({"class": "form-select form-select-sm"}),
            )
        else:
            self.fields["value"].widget.attrs["class"] += " form-control-sm"
        self.fields["value"].label = CELLS[field]

    def current(self) -> str:
        """What stands in the cell now, as the form writes it."""
        if self.field == "owner":
            return str(self.contact.owner_id or "")
        if self.field == "tags":
            return ", ".join(sorted(tag.name for tag in self.contact.tags.all()))
        return getattr(self.contact, self.field)

    def data_for_verb(self) -> dict[str, Any]:
        value = self.cleaned_data["value"]
        if self.field == "owner":
            return {"owner": int(value) if value else None}
        if self.field == "tags":
            return {"tags": words_of(value)}
        return {self.field: value}


CELLS = {"owner": _("Owner"), "tags": _("Tags"), "job_title": _("Job title")}
