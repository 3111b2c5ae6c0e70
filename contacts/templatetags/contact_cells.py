"""Values of contacts as pages show them."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from contacts.models.contact import Contact

register = template.Library()


@register.filter
def cell(row: Mapping[str, Any], name: str) -> Any:
    """What an app above registered under ``name`` (see ``contacts.columns``)."""
    return row.get(name)


@register.filter
def custom_value(value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value


@register.filter
def language_label(code: str) -> str:
    """ "German" of ``de``, "German (AT)" of ``de-AT``; of another its code."""
    language, _dash, region = code.partition("-")
    try:
        name = str(get_language_info(language)["name_translated"])
    except KeyError:
        return code
    return f"{name} ({region})" if region else name


@register.filter
def field_label(name: str) -> str:
    """ "Job title" of ``job_title``; ``city`` of ``custom.city``."""
    try:
        label = str(Contact._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return name.removeprefix("custom.")
    return label[:1].upper() + label[1:]
