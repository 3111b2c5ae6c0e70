"""Serializers that refuse what they do not know."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError


class StrictFields:
    """Answers an unknown field with 400 instead of ignoring it."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := set(data) - set(self.fields)):
            raise ValidationError(
                {
                    name: [ErrorDetail(_("There is no such field."), code="unknown")]
                    for name in sorted(unknown)
                }
            )
        return super().to_internal_value(data)
