"""Serializers that refuse what they do not know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request


def refuse_unknown(data: dict[str, Any], known: Iterable[str]) -> None:
    """Raises ``ValidationError`` with each name of ``data`` that is not known."""
    if unknown := set(data) - set(known):
        raise ValidationError(
            {
                name: [ErrorDetail(_("There is no such field."), code="unknown")]
                for name in sorted(unknown)
            }
        )


class StrictFields:
    """Answers an unknown field with 400 instead of ignoring it."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            refuse_unknown(data, self.fields)
        return super().to_internal_value(data)


def takes_no_body(request: Request) -> None:
    """Refuse what comes along with a POST that needs nothing but its address."""
    if not isinstance(request.data, dict):
        raise ValidationError(_("This must be an object."))
    refuse_unknown(request.data, ())
