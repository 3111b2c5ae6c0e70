"""Verbs about companies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.company_values import clean_company
from contacts.models.company import Company
from contacts.models.contact import Contact
from contacts.signals import contacts_changed
from leadhub.errors import DomainError, InvalidValue

FIELDS = ["name", "name_key", "domain", "industry", "employees", "country"]


class DomainTaken(DomainError):
    code = "domain_taken"
    attr = "domain"


def create_company(*, data: dict[str, Any], by: User | None, at: datetime) -> Company:
    """Make a company. Raises ``InvalidValue``, ``DomainTaken``."""
    clean = clean_company(data)
    if not clean.get("name"):
        error = InvalidValue(_("A company needs a name."), attr="name")
        error.code = "required"
        raise error
    company = Company(created_at=at, updated_at=at)
    _put(company, clean)
    with _domain_once(clean), transaction.atomic():
        company.save(force_insert=True)
    return company


def update_company(
    *, company: Company, data: dict[str, Any], by: User | None, at: datetime
) -> Company:
    """Change what ``data`` names. Its contacts are found under the new name.

    Sends ``contacts_changed`` for them if anything has changed. Raises
    ``InvalidValue``, ``DomainTaken``; ``Company.DoesNotExist`` if it is gone.
    """
    clean = clean_company(data)
    if "name" in clean and not clean["name"]:
        raise InvalidValue(_("A company needs a name."), attr="name")
    with _domain_once(clean), transaction.atomic():
        # Contacts before companies, as everywhere.
        contacts = _locked_contacts(company)
        row = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
        before = {name: getattr(row, name) for name in FIELDS}
        _put(row, clean)
        if before == {name: getattr(row, name) for name in FIELDS}:
            return row
        row.updated_at = at
        row.save(update_fields=[*FIELDS, "updated_at"])
        if before["name"] != row.name:
            _refresh_search_text(contacts, company=row)
        _announce(contacts, at=at)
    return row


@transaction.atomic
def delete_company(*, company: Company, by: User | None, at: datetime) -> None:
    """Delete a company; its contacts stay, without one. A repeat is harmless."""
    contacts = _locked_contacts(company)
    Contact.objects.filter(company=company).update(company=None)
    _refresh_search_text(contacts, company=None)
    Company.objects.filter(pk=company.pk).delete()
    _announce(contacts, at=at)


def _put(company: Company, clean: dict[str, Any]) -> None:
    for name, value in clean.items():
        setattr(company, name, value)
    company.name_key = Company.key_of(company.name)


def _locked_contacts(company: Company) -> list[Contact]:
    rows = Contact.objects.select_for_update(no_key=True).filter(company=company)
    return list(rows.order_by("pk"))


def _refresh_search_text(contacts: list[Contact], *, company: Company | None) -> None:
    for contact in contacts:
        contact.company = company
        contact.refresh_keys()
    Contact.objects.bulk_update(contacts, ["search_text"], batch_size=500)


def _announce(contacts: list[Contact], *, at: datetime) -> None:
    if contacts:
        contacts_changed.send(
            sender=Contact, contact_ids={contact.pk for contact in contacts}, at=at
        )


@contextmanager
def _domain_once(clean: dict[str, Any]) -> Iterator[None]:
    """Turn the table's refusal of a second company of a domain into ours."""
    try:
        yield
    except IntegrityError as error:
        sentence = _("Another company has the domain %(domain)s.")
        raise DomainTaken(sentence % {"domain": clean.get("domain", "")}) from error
