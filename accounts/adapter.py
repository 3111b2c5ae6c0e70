"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from accounts.languages import in_language, language_of
from accounts.models import User


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: an administrator adds users."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(
        self, request: HttpRequest, user: User, **options: Any
    ) -> HttpResponse:
        """Go on in the language that the user has chosen, in this browser too."""
        response = super().post_login(request, user, **options)
        return in_language(response, user.language)

    def format_email_subject(self, subject: str) -> str:
        """As it is: each says by itself that it is about LeadHub."""
        return subject

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> Any:
        """In the language of who gets it, whatever browser asked for it."""
        user = context.get("user")
        language = language_of(user) if user else translation.get_language()
        headers = {"Auto-Submitted": "auto-generated", **(headers or {})}
        context = {**context, "site": settings.SITE_URL}
        with translation.override(language):
            return super().render_mail(template_prefix, email, context, headers)
