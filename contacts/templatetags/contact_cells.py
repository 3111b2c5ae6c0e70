"""Values of contacts as pages show them."""

from functools import cache
from typing import Any

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contacts.models.contact import Contact
from contacts.wording import language_name

register = template.Library()


@register.simple_tag
def editable_cell(
    contact: Contact, field: str, *, label: str, may_write: bool
) -> SafeString:
    """The cell of ``field`` ("owner", "tags" or "job_title"), swapped for its form.

    A list draws 75 of them, which is why this is no template. What the button does is
    said by #change-… of the list, and of whom by #name-… of the row.
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
            _cell_url(field) % contact.pk,
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
def _cell_url(field: str) -> str:
    """With a place for the contact's number: looked up once, not 75 times a page."""
    return reverse("contacts:cell", args=[0, field]).replace("/0/", "/%s/")


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
