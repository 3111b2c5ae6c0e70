"""Signing in as a program."""

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import ApiToken, User


class ApiTokenAuthentication(TokenAuthentication):
    """``Authorization: Bearer <token>``, in one query."""

    keyword = "Bearer"

    def authenticate_credentials(self, key: str) -> tuple[User, ApiToken]:
        rows = ApiToken.objects.select_related("user")
        token = next(iter(rows.filter(digest=ApiToken.digest_of(key))), None)
        if token is None or not token.is_live(at=timezone.now()):
            raise AuthenticationFailed(_("This token is unknown, expired or revoked."))
        return token.user, token
