"""In which language somebody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from accounts.models import User


def language_of(user: User | None) -> str:
    """The user's own choice, else the language of the installation."""
    return (user and user.language) or settings.LANGUAGE_CODE
