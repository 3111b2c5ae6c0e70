"""Serializers that refuse what they do not know."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.serializers import Serializer


def refuse_unknown(data: dict[str, Any], known: Iterable[str]) -> None:
    """Raises ``ValidationError`` with each name of ``data`` that is not known."""
    if unknown := set(data) - set(known):
        raise ValidationError(
            {
                name: [ErrorDetail(_("There is no such field."), code="unknown")]
                for name in sorted(unknown)
            }
        )


def refuse_changes(
    data: dict[str, Any], read_only: Iterable[str], shown: Mapping[str, Any]
) -> None:
    """Raises ``ValidationError`` with each name that is read and not written.

    What was read may be sent back: what equals ``shown``, the answer so far, is fine.
    """
    shown = json.loads(JSONRenderer().render({n: shown[n] for n in shown if n in data}))
    wrong = [
        name
        for name in sorted(read_only)
        if name in data and (name not in shown or data[name] != shown[name])
    ]
    if wrong:
        raise ValidationError(
            {
                name: [ErrorDetail(_("This cannot be set."), code="read_only")]
                for name in wrong
            }
        )


class StrictFields:
    """Answers what is unknown, or can only be read, with 400: ignores nothing."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            refuse_unknown(data, self.fields)
            read_only = {n for n in data if self.fields[n].read_only}
            if read_only:
                is_new = self.instance is None
                shown = {} if is_new else self.to_representation(self.instance)
                refuse_changes(data, read_only, shown)
        return super().to_internal_value(data)


def checked_body(serializer: type[Serializer], request: Request) -> dict[str, Any]:
    """What an action is asked with, read by its serializer. Raises ``ValidationError``."""
    asked = serializer(data=request.data)
    asked.is_valid(raise_exception=True)
    return asked.validated_data


def takes_no_body(request: Request) -> None:
    """Refuse what comes along with a POST that needs nothing but its address."""
    if not isinstance(request.data, dict):
        raise ValidationError(_("This must be an object."))
    refuse_unknown(request.data, ())
