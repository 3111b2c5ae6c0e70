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
        live = ApiToken.objects.live(at=timezone.now()).select_related("user")
        token = live.filter(digest=ApiToken.digest_of(key)).first()
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, expired or revoked."))
        return token.user, token
