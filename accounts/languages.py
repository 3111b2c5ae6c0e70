"""In which language somebody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.models import User


def language_of(user: User | None) -> str:
    """The user's own choice, else the language of the installation."""
    return (user and user.language) or settings.LANGUAGE_CODE


def in_language(response: HttpResponse, language: str) -> HttpResponse:
    """Let the browser remember a choice: pages then need not ask for the user.

    So also what is shown before signing in is in the language that was chosen.
    """
    name = settings.LANGUAGE_COOKIE_NAME
    if not language:
        response.delete_cookie(name)
        return response
    response.set_cookie(
        name,
        language,
        max_age=365 * 86_400,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
    return response
