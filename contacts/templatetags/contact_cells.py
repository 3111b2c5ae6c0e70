"""Values of contacts as pages show them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contacts.columns import Column
from contacts.models.contact import Contact
from contacts.wording import language_name
from leadhub.templatetags.ui import day

register = template.Library()


# Rows ----------------------------------------------------------------------------
#
# A list draws 25 rows of a dozen cells each. As templates they took more than half of
# the page's time, so rows and cells are drawn here.


@register.simple_tag
def contact_row(
    contact: Contact,
    cells: Sequence[tuple[Column, Any]],
    *,
    headers: Mapping[str, Any],
    may_write: bool,
) -> SafeString:
    """The row of a contact in the list; ``headers`` are those by ``ContactList``."""
    parts = [
        _choice(contact.pk) if may_write else "",
        format_html('<td class="lh-name">{} {}</td>', _link(contact), _aside(contact)),
        editable_cell(contact, "job_title", label=_("Job title"), may_write=may_write),
        column_cells(cells),
        editable_cell(
            contact, "owner", label=headers["owner"].label, may_write=may_write
        ),
        editable_cell(contact, "tags", label=_("Tags"), may_write=may_write),
        _moment_cell(headers["updated"].label, contact.updated_at),
        _moment_cell(headers["created"].label, contact.created_at),
    ]
    drawn = format_html_join("", "{}", ((part,) for part in parts))
    return format_html('<tr data-row="{}">{}</tr>', contact.pk, drawn)


@register.simple_tag
def column_cells(cells: Sequence[tuple[Column, Any]]) -> SafeString:
    """What apps show of a contact, a cell each."""
    return format_html_join(
        "",
        '<td data-label="{}" class="{}">{}</td>',
        ((column.label, column.css, column.draw(value)) for column, value in cells),
    )


def _choice(contact_id: int) -> SafeString:
    return format_html(
        '<td class="w-1"><input class="form-check-input" type="checkbox" name="contact"'
        ' value="{}" form="bulk" data-select aria-labelledby="select-one name-{}"></td>',
        contact_id,
        contact_id,
    )


def _link(contact: Contact) -> SafeString:
    return format_html(
        '<a id="name-{}" class="fw-bold" href="{}">{}</a>',
        contact.pk,
        _path("contacts:detail") % contact.pk,
        contact,
    )


def _aside(contact: Contact) -> SafeString | str:
    """What tells a contact from others of its name."""
    if contact.company:
        return format_html(
            '<a class="lh-secondary" href="{}">{}</a>',
            _path("contacts:company") % contact.company_id,
            contact.company.name,
        )
    if contact.full_name:
        return format_html('<span class="lh-secondary">{}</span>', contact.email)
    if not contact.email:
        return format_html('<span class="lh-secondary">#{}</span>', contact.pk)
    return ""


def _moment_cell(label: str, moment: datetime) -> SafeString:
    return format_html(
        '<td class="text-secondary lh-wide is-for-wide" data-label="{}">{}</td>',
        label,
        day(moment),
    )


@register.simple_tag
def editable_cell(
    contact: Contact, field: str, *, label: str, may_write: bool
) -> SafeString:
    """The cell of ``field`` ("owner", "tags" or "job_title"), swapped for its form.

    What the button does is said by #change-… of the list, and of whom by #name-… of the
    row.
    """
    if field == "tags":
        badge = '<span class="badge badge-outline text-secondary">{}</span> '
        names = [(tag.name,) for tag in contact.tags.all()]
        shown = format_html_join("", badge, names) or "–"
    else:
        shown = getattr(contact, field) or "–"
    if may_write:
        shown = format_html(
            '<button type="button" class="lh-cell-button" data-edit hx-get="{}"'
            ' hx-target="closest td" hx-swap="outerHTML"'
            ' aria-labelledby="change-{} name-{}">{}</button>',
            _path("contacts:cell", field) % contact.pk,
            field,
            contact.pk,
            shown,
        )
    return format_html(
        '<td class="lh-cell{}" data-cell="{}" data-label="{}">{}</td>',
        " lh-wide is-for-wide" if field == "tags" else "",
        field,
        label,
        shown,
    )


@cache
def _path(name: str, *args: str) -> str:
    """An address with a place for a number: looked up once, not 25 times a page."""
    return reverse(name, args=[0, *args]).replace("/0/", "/%s/")


# Words ---------------------------------------------------------------------------


@register.filter
def custom_value(value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value


@register.filter
def language_label(code: str) -> str:
    return language_name(code)


@register.filter
def field_label(name: str) -> str:
    """ "Job title" of ``job_title``; ``city`` of ``custom.city``."""
    try:
        label = str(Contact._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return name.removeprefix("custom.")
    return label[:1].upper() + label[1:]
