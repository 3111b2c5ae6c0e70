"""Publishing landing pages and forms."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from campaigns.models import Form, LandingPage
from leadhub.errors import DomainError


class SlugTaken(DomainError):
    code = "slug_taken"


@transaction.atomic
def save_form(*, form: Form) -> Form:
    """Store a new or changed form. Raises ``SlugTaken``."""
    return _save(form)


@transaction.atomic
def save_page(*, page: LandingPage) -> LandingPage:
    """Store a new or changed landing page. Raises ``SlugTaken``."""
    return _save(page)


def _save(row: Any) -> Any:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise SlugTaken(_("Something else has this address.")) from error
    return row
