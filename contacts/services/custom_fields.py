"""Verbs about the fields that a company adds to its contacts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.conditions.json_values import WithoutKey
from contacts.conditions.usage import conditions_naming
from contacts.faults import UnknownField
from contacts.models.contact import Contact, ContactIdentifier
from contacts.models.custom_field import CustomField, is_key
from contacts.signals import contacts_changed
from contacts.text import clean_text
from leadhub.errors import DomainError, InvalidValue

MAX_FIELDS = 200
MAX_CHOICES = 100
TEXTUAL = {CustomField.Type.TEXT, CustomField.Type.CHOICE}


class KeyTaken(DomainError):
    code = "key_taken"
    attr = "key"


class FieldHasValues(DomainError):
    """Contacts have values that would not be of the new type, or not be allowed."""

    code = "field_has_values"


class ValuesNotUnique(DomainError):
    code = "values_not_unique"
    attr = "is_identifier"


class FieldInUse(DomainError):
    code = "field_in_use"


def create_custom_field(
    *, data: Mapping[str, Any], by: User | None, at: datetime
) -> CustomField:
    """Add a field of ``key, label, type, choices, is_identifier``.

    Raises ``InvalidValue``, ``KeyTaken``.
    """
    field = CustomField(updated_at=at, updated_by=by)
    _put(field, {"key": "", "label": data.get("key", ""), **data})
    _check_whole(field)
    if CustomField.objects.count() >= MAX_FIELDS:
        sentence = _("At most %(limit)d fields.") % {"limit": MAX_FIELDS}
        raise InvalidValue(sentence, attr="key")
    try:
        with transaction.atomic():
            field.save(force_insert=True)
    except IntegrityError as error:
        raise KeyTaken(_("There is a field with this key.")) from error
    return field


@transaction.atomic
def update_custom_field(
    *, field: CustomField, data: Mapping[str, Any], by: User | None, at: datetime
) -> CustomField:
    """Change what ``data`` names. The key stays; values that contacts have, too.

    So the type only changes while no contact has a value, or between text and a
    choice that allows all of them; and a choice stays while contacts have it.
    What begins to identify contacts must be different with each of them.

    Raises ``InvalidValue``, ``FieldHasValues``, ``ValuesNotUnique``;
    ``CustomField.DoesNotExist`` if it is gone.
    """
    row = CustomField.objects.select_for_update(no_key=True).get(pk=field.pk)
    type_before, identified = row.type, row.is_identifier
    if data.get("key", row.key) != row.key:
        raise InvalidValue(_("A key stays what it is."), attr="key")
    _put(row, data)
    _check_whole(row)
    if row.type != type_before and not {row.type, type_before} <= TEXTUAL:
        if _having(row.key).exists():
            raise _has_values(_("Contacts have values of the old type."), "type")
    elif row.type == CustomField.Type.CHOICE:
        _check_choices(row)
    row.updated_at, row.updated_by = at, by
    row.save(
        update_fields=[
            "label",
            "type",
            "choices",
            "is_identifier",
            "updated_at",
            "updated_by",
        ]
    )
    if row.is_identifier != identified:
        _identify(row)
    return row


@transaction.atomic
def delete_custom_field(*, field: CustomField, by: User | None, at: datetime) -> None:
    """Delete a field and its values; a repeat is harmless.

    Sends ``contacts_changed`` for those who had one. Raises ``FieldInUse`` while a
    stored condition names it.
    """
    if users := conditions_naming(f"custom.{field.key}"):
        sentence = _("It is in use: %(users)s.") % {"users": ", ".join(users[:10])}
        raise FieldInUse(sentence)
    # In order, as everybody who locks several contacts does.
    rows = _having(field.key).select_for_update(no_key=True).order_by("pk")
    ids = set(rows.values_list("pk", flat=True))
    _having(field.key).update(custom=WithoutKey("custom", field.key))
    ContactIdentifier.objects.filter(field=field.key).delete()
    CustomField.objects.filter(pk=field.pk).delete()
    if ids:
        contacts_changed.send(sender=Contact, contact_ids=ids, at=at)


def _put(field: CustomField, data: Mapping[str, Any]) -> None:
    for name, value in data.items():
        if name == "key":
            field.key = _key(value)
        elif name == "label":
            field.label = clean_text(value, attr="label", max_length=80)
        elif name == "type":
            if value not in CustomField.Type.values:
                types = ", ".join(CustomField.Type.values)
                sentence = _("One of: %(choices)s.") % {"choices": types}
                raise InvalidValue(sentence, attr="type")
            field.type = value
        elif name == "choices":
            field.choices = _choices(value)
        elif name == "is_identifier":
            if not isinstance(value, bool):
                raise InvalidValue(_("Yes or no."), attr="is_identifier")
            field.is_identifier = value
        else:
            raise UnknownField(_("There is no such field."), attr=str(name)[:80])


def _key(value: Any) -> str:
    try:
        is_key(value if isinstance(value, str) else "")
    except ValidationError as error:
        raise InvalidValue(error.messages[0], attr="key") from error
    return value


def _choices(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MAX_CHOICES:
        sentence = _("A list of at most %(limit)d texts.") % {"limit": MAX_CHOICES}
        raise InvalidValue(sentence, attr="choices")
    texts = [clean_text(one, attr="choices", max_length=80) for one in value]
    return list(dict.fromkeys(text for text in texts if text))


def _check_whole(field: CustomField) -> None:
    if not field.label:
        raise InvalidValue(_("A field needs a label."), attr="label")
    if field.type == CustomField.Type.CHOICE and not field.choices:
        raise InvalidValue(_("Name what there is to choose from."), attr="choices")
    if field.type != CustomField.Type.CHOICE:
        field.choices = []
    if field.is_identifier and field.type not in (
        CustomField.Type.TEXT,
        CustomField.Type.NUMBER,
    ):
        sentence = _("Only texts and numbers can tell contacts apart.")
        raise InvalidValue(sentence, attr="is_identifier")


def _having(key: str) -> QuerySet[Contact]:
    return Contact.everyone.filter(custom__has_key=key)


def _check_choices(field: CustomField) -> None:
    others = _values(field.key) - set(field.choices)
    if others:
        shown = ", ".join(sorted(str(other)[:40] for other in others)[:5])
        sentence = _("Contacts have other values: %(values)s.") % {"values": shown}
        raise _has_values(sentence, "choices")


def _values(key: str) -> set[Any]:
    rows = _having(key).values_list(f"custom__{key}", flat=True)
    return set(map(_hashable, rows.distinct()))


def _hashable(value: Any) -> Any:
    return value if isinstance(value, str | int | float) else repr(value)


def _has_values(sentence: str, attr: str) -> FieldHasValues:
    error = FieldHasValues(sentence)
    error.attr = attr
    return error


def _identify(field: CustomField) -> None:
    """Write who is identified by which value, or forget it."""
    ContactIdentifier.objects.filter(field=field.key).delete()
    if not field.is_identifier:
        return
    rows = _having(field.key).values_list("pk", f"custom__{field.key}")
    found = [(pk, str(value)) for pk, value in rows.order_by("pk")]
    _check_unique(value for pk, value in found)
    ContactIdentifier.objects.bulk_create(
        (
            ContactIdentifier(contact_id=pk, field=field.key, value=value)
            for pk, value in found
        ),
        batch_size=1000,
    )


def _check_unique(values: Iterable[str]) -> None:
    counts = Counter(values)
    if too_long := [value for value in counts if len(value) > 200]:
        sentence = _("A value is too long to tell contacts apart: %(value)s…")
        raise ValuesNotUnique(sentence % {"value": too_long[0][:40]})
    if doubles := [value for value, count in counts.items() if count > 1]:
        sentence = _("Several contacts have the same value: %(values)s.")
        raise ValuesNotUnique(sentence % {"values": ", ".join(doubles[:5])})
