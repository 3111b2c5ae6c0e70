"""Refusals, in the one shape of error that the API has."""

from __future__ import annotations

import logging
from typing import Any

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError

from leadhub.errors import DomainError, InvalidValue

logger = logging.getLogger(__name__)


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT


class Gone(APIException):
    """It was there, and goes on elsewhere, as ``detail`` says."""

    status_code = status.HTTP_410_GONE


class Unavailable(APIException):
    """The database is away, or somebody held a lock for too long: try again."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"
    default_detail = _("LeadHub cannot reach its database. Please try again.")
    wait = 5  # DRF's name for Retry-After


class ErrorHandler(ExceptionHandler):
    """Answer a ``DomainError`` with 409, an ``InvalidValue`` with 400."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, InvalidValue):
            # Some verbs name all faults at once, others the first.
            details: dict[str, list[ErrorDetail]] = {}
            for fault in getattr(exc, "errors", [exc]):
                detail = ErrorDetail(str(fault), code=fault.code)
                details.setdefault(fault.attr or "non_field_errors", []).append(detail)
            return ValidationError(details)
        if isinstance(exc, DomainError):
            said: Any = ErrorDetail(str(exc), code=exc.code)
            attr = getattr(exc, "attr", None)
            return Conflict({attr: said} if attr else said, code=exc.code)
        if isinstance(exc, OperationalError | InterfaceError):
            logger.error("The database does not answer.", exc_info=exc)
            return Unavailable()
        return super().convert_known_exceptions(exc)
