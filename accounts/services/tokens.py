"""Keys of programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from secrets import token_urlsafe

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import ApiToken, User
from accounts.scopes import SCOPES
from leadhub.errors import InvalidValue

PREFIX = "lh_"


class UnknownScope(InvalidValue):
    code = "unknown_scope"
    attr = "scopes"


class BadTokenName(InvalidValue):
    code = "required"
    attr = "name"


class BadExpiry(InvalidValue):
    code = "in_past"
    attr = "expires_at"


@transaction.atomic
def create_token(
    *,
    user: User,
    name: str,
    scopes: Sequence[str] | None = None,
    at: datetime,
    expires_at: datetime | None = None,
) -> str:
    """Make a token that acts for ``user`` and return it. Only now: we keep its digest.

    ``scopes`` such as ``contacts:read``; None allows all that the user's role may, an
    empty list nothing. Each call makes another token. Raises ``UnknownScope``,
    ``BadTokenName``, ``BadExpiry``.
    """
    name = name.strip()
    if not name:
        raise BadTokenName(_("Give the token a name that says who uses it."))
    if scopes is not None and (unknown := set(scopes) - set(SCOPES)):
        sentence = _("There is no such scope: %(names)s.")
        raise UnknownScope(sentence % {"names": ", ".join(sorted(unknown))})
    if expires_at is not None and expires_at <= at:
        raise BadExpiry(_("This time is over already."))
    key = PREFIX + token_urlsafe(32)
    ApiToken.objects.create(
        user=user,
        name=name[:80],
        digest=ApiToken.digest_of(key),
        scopes=None if scopes is None else sorted(set(scopes)),
        created_at=at,
        expires_at=expires_at,
    )
    return key


@transaction.atomic
def revoke_token(*, token: ApiToken, at: datetime) -> ApiToken:
    """Let it open nothing any more, from its next request on. Repeating is harmless."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)
    return ApiToken.objects.get(pk=token.pk)
