"""Refusals, in the one shape of error that the API has."""

from __future__ import annotations

from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError

from leadhub.errors import DomainError, InvalidValue


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT


class ErrorHandler(ExceptionHandler):
    """Answer a ``DomainError`` with 409, an ``InvalidValue`` with 400."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, InvalidValue):
            detail = ErrorDetail(str(exc), code=exc.code)
            return ValidationError({exc.attr or "non_field_errors": [detail]})
        if isinstance(exc, DomainError):
            return Conflict(str(exc), code=exc.code)
        return super().convert_known_exceptions(exc)
