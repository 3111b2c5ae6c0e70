"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from accounts.languages import in_language
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
