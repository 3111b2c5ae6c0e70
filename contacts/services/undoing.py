"""Taking an import back: what it made goes, what it changed is as before."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Job, User
from accounts.services.jobs import start_job
from contacts.models.company import Company
from contacts.models.contact import Contact, FieldChange
from contacts.models.custom_field import CustomField
from contacts.models.imports import Import, ImportRow
from contacts.models.merge import Merge
from contacts.services.companies import delete_company, update_company
from contacts.services.contacts import delete_contacts, update_contact
from contacts.services.custom_fields import FieldInUse, delete_custom_field
from contacts.services.imports import ImportNotReady
from leadhub.errors import DomainError

# As ``Merge.moved`` names them.
ROWS = "contacts.importrow.contact"


@transaction.atomic
def undo_import(*, run: Import, by: User | None, at: datetime) -> Job:
    """Take a finished import back, as a job.

    Contacts it made are deleted unless somebody has worked with them since: changed
    them, merged them, or tracked something of theirs. Fields it changed get their old
    values back unless they were changed again, or whose they are was merged into another
    contact: what that one got of them cannot be told apart any more. Companies and custom fields that it made go, too,
    unless they are in use. Doing so twice is harmless. Raises ``ImportNotReady``.
    """
    run = Import.objects.select_for_update(no_key=True).get(pk=run.pk)
    is_undone = run.status in (Import.Status.UNDOING, Import.Status.UNDONE)
    if is_undone and run.job and not run.was_stopped:
        return run.job
    if not run.may_be_undone:
        raise ImportNotReady(_("Only a finished import can be undone."))
    run.status = Import.Status.UNDOING
    run.job = start_job(
        kind=Job.Kind.IMPORT_UNDO, owner=by, params={"import": run.pk}, at=at
    )
    run.save(update_fields=["status", "job"])
    return run.job


@transaction.atomic
def undo_rows(
    rows: list[ImportRow], *, by: User | None, at: datetime
) -> dict[str, int]:
    """Take some rows back, latest first; count what was deleted, restored and kept."""
    counts = {"deleted": 0, "restored": 0, "kept": 0}
    made = {row.contact_id for row in rows if row.result == ImportRow.Result.CREATED}
    touched = _worked_with(made, source=f"import {rows[0].run_id}")
    gone = made - touched
    counts["deleted"] = delete_contacts(contact_ids=gone, by=None)
    counts["kept"] = len(made & touched)
    merged = _of_merged(rows)
    for row in rows:
        if row.result == ImportRow.Result.UPDATED and row.contact_id not in gone:
            is_merged = row.pk in merged
            counts["kept" if is_merged else _restore(row, by=by, at=at)] += 1
        if row.company:
            _restore_company(row, by=by, at=at)
    return counts


@transaction.atomic
def forget_fields(run: Import, *, by: User | None, at: datetime) -> None:
    """Delete the custom fields made for an import that nothing has or names."""
    for field in CustomField.objects.filter(key__in=run.made_fields).order_by("pk"):
        if not Contact.everyone.filter(custom__has_key=field.key).exists():
            with suppress(FieldInUse):
                delete_custom_field(field=field, by=by, at=at)


def _restore_company(row: ImportRow, *, by: User | None, at: datetime) -> None:
    """Give a company its old facts back, or delete it if nobody has touched it."""
    company = Company.objects.filter(pk=row.company["id"]).first()
    if company is None:
        return
    made, changes = row.company["made"], row.company["changes"]
    data = {
        fact: before
        for fact, (before, after) in changes.items()
        if getattr(company, fact) == after
    }
    if data:
        with suppress(DomainError):
            company = update_company(company=company, data=data, by=by, at=at)
    is_as_made = made and all(getattr(company, f) == v for f, v in made.items())
    if is_as_made and not company.contacts.exists():
        delete_company(company=company, by=by, at=at)


def _worked_with(contact_ids: set[int], *, source: str) -> set[int]:
    """Those of these contacts that something has happened to since; also if merged."""
    changed = FieldChange.objects.filter(contact__in=contact_ids).exclude(source=source)
    active = Contact.objects.filter(pk__in=contact_ids, interactions__isnull=False)
    merged = Merge.objects.filter(Q(kept__in=contact_ids) | Q(gone__in=contact_ids))
    return {
        *changed.values_list("contact_id", flat=True),
        *active.values_list("pk", flat=True),
        *(pk for pair in merged.values_list("kept", "gone") for pk in pair),
    }


def _of_merged(rows: list[ImportRow]) -> set[int]:
    """Those that a merge has given to the survivor."""
    merges = Merge.objects.standing().filter(kept__in={row.contact_id for row in rows})
    moved = merges.values_list(f"moved__{ROWS}", flat=True)
    return {pk for pks in moved for pk in pks or ()}


def _restore(row: ImportRow, *, by: User | None, at: datetime) -> str:
    """ "restored", or "kept" if all that the row changed has changed again."""
    contact = Contact.objects.filter(pk=row.contact_id).first()
    if contact is None:  # or it was merged
        return "kept"
    data = _as_before(contact, row.changes)
    if not data:
        return "kept"
    try:
        source = f"undo of import {row.run_id}"
        update_contact(contact=contact, data=data, by=by, at=at, source=source)
    except DomainError:
        return "kept"
    return "restored"


def _as_before(contact: Contact, changes: dict[str, list[Any]]) -> dict[str, Any]:
    """The old values of those fields that still have the imported one."""
    data: dict[str, Any] = {}
    for field, (before, after) in changes.items():
        family, _dot, key = field.partition(".")
        if field == "tags":
            data["remove_tags"] = [tag for tag in after if tag not in before]
            data["add_tags"] = [tag for tag in before if tag not in after]
        elif key:
            if contact.custom.get(key) == after:
                data.setdefault(family, {})[key] = before
        elif field in ("company", "owner"):
            if getattr(contact, f"{field}_id") == after:
                data[field] = before
        elif getattr(contact, field) == after:
            data[field] = before
    return data
