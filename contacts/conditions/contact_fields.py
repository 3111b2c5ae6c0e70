"""The fields of a contact that conditions may name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.conditions import registry, usage
from contacts.conditions.fields import Choices, FieldSpec
from contacts.conditions.json_values import (
    JsonBoolean,
    JsonDate,
    JsonNumber,
    JsonText,
)
from contacts.conditions.references import REFERENCE, WORDS, Link, Rows
from contacts.conditions.value_types import (
    BOOLEAN,
    CHOICE,
    DATE,
    EMAIL,
    MOMENT,
    NUMBER,
    TEXT,
    ValueType,
)
from contacts.models.company import Company
from contacts.models.consent import Consent
from contacts.models.contact import Contact
from contacts.models.custom_field import CustomField
from contacts.models.segment import Segment

CUSTOM = {
    CustomField.Type.TEXT: (TEXT, JsonText),
    CustomField.Type.NUMBER: (NUMBER, JsonNumber),
    CustomField.Type.BOOLEAN: (BOOLEAN, JsonBoolean),
    CustomField.Type.DATE: (DATE, JsonDate),
    CustomField.Type.CHOICE: (CHOICE, JsonText),
}
ContactTag = Contact.tags.through


def companies_of(contacts: Sequence[Contact], at: datetime) -> dict[int, Company]:
    ids = {contact.company_id for contact in contacts} - {None}
    companies = Company.objects.in_bulk(ids)
    return {
        contact.pk: companies[contact.company_id]
        for contact in contacts
        if contact.company_id in companies
    }


def owners_of(contacts: Sequence[Contact], at: datetime) -> dict[int, User]:
    ids = {contact.owner_id for contact in contacts} - {None}
    owners = User.objects.only("username").in_bulk(ids)
    return {
        contact.pk: owners[contact.owner_id]
        for contact in contacts
        if contact.owner_id in owners
    }


def tags_of(
    contacts: Sequence[Contact], at: datetime
) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {}
    rows = ContactTag.objects.filter(contact__in=[contact.pk for contact in contacts])
    for pk, *tag in rows.values_list("contact_id", "tag_id", "tag__name"):
        found.setdefault(pk, []).append(tuple(tag))
    return found


def consents_of(
    contacts: Sequence[Contact], at: datetime
) -> dict[int, dict[str, bool]]:
    """Contact id -> purpose -> the latest answer."""
    found: dict[int, dict[str, bool]] = {}
    rows = Consent.objects.filter(contact__in=[contact.pk for contact in contacts])
    rows = rows.order_by("at", "id")
    for pk, purpose, granted in rows.values_list("contact_id", "purpose", "granted"):
        found.setdefault(pk, {})[purpose] = granted
    return found


def owners_to_choose() -> Choices:
    users = User.objects.active().order_by("first_name", "last_name", "pk")
    return [(user.pk, str(user)) for user in users]


def custom_fields() -> dict[str, FieldSpec]:
    return {row.key: _custom_field(row) for row in CustomField.objects.order_by("pk")}


def _custom_field(row: CustomField) -> FieldSpec:
    type_, json_value = CUSTOM[row.type]
    choices = [(choice, choice) for choice in row.choices]
    return FieldSpec(
        f"custom.{row.key}",
        row.label,
        type_,
        json_value(F("custom"), row.key),
        partial(_custom_value, key=row.key),
        choices=lambda: choices,
    )


def _custom_value(contact: Contact, *, key: str) -> Any:
    custom = contact.custom
    return custom.get(key) if isinstance(custom, dict) else None


def _consent(purpose: Consent.Purpose) -> FieldSpec:
    latest = Consent.objects.filter(contact=OuterRef("pk"), purpose=purpose.value)
    return FieldSpec(
        f"consent.{purpose.value}",
        purpose.label,
        BOOLEAN,
        Subquery(latest.order_by("-at", "-id").values("granted")[:1]),
        lambda answers: answers.get(purpose.value),
        source=consents_of,
    )


def _own(
    name: str, label: Any, type_: ValueType = TEXT, column: str | None = None
) -> FieldSpec:
    column = column or name
    return FieldSpec(name, label, type_, F(column), attrgetter(column))


def _of_company(name: str, label: Any, type_: ValueType = TEXT) -> FieldSpec:
    return FieldSpec(
        f"company.{name}",
        label,
        type_,
        F(f"company__{name}"),
        attrgetter(name),
        source=companies_of,
    )


FIELDS = [
    _own("email", _("E-mail"), EMAIL, "email_key"),
    _own("first_name", _("First name")),
    _own("last_name", _("Last name")),
    _own("phone", _("Phone")),
    _own("job_title", _("Job title")),
    _own("language", _("Language")),
    _own("timezone", _("Time zone")),
    _own("source", _("Source")),
    _own("created_at", _("Created"), MOMENT),
    _own("updated_at", _("Updated"), MOMENT),
    FieldSpec(
        "tags",
        _("Tag"),
        WORDS,
        Rows(
            ContactTag.objects.filter(contact=OuterRef("pk")),
            Link("tag_id", "tag__name"),
        ),
        list,
        source=tags_of,
    ),
    FieldSpec(
        "owner",
        _("Owner"),
        REFERENCE,
        Link("owner_id", "owner__username"),
        lambda owner: [(owner.pk, owner.username)],
        source=owners_of,
        choices=owners_to_choose,
    ),
    FieldSpec(
        "company",
        _("Company"),
        REFERENCE,
        Link("company_id", "company__name"),
        lambda company: [(company.pk, company.name)],
        source=companies_of,
    ),
    _of_company("name", _("Company name")),
    _of_company("domain", _("Company domain")),
    _of_company("industry", _("Industry")),
    _of_company("employees", _("Employees"), NUMBER),
    _of_company("country", _("Country")),
    *map(_consent, Consent.Purpose),
]


def register() -> None:
    for spec in FIELDS:
        registry.register_field(spec)
    registry.register_family("custom", custom_fields)
    usage.register_holder(_segments)


def _segments() -> list[tuple[str, Any]]:
    return list(Segment.objects.values_list("name", "condition"))
