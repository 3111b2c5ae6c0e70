"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: an administrator adds users."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
