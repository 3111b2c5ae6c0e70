"""Who may do what: the doors' way to rows, and what tokens allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet
from rest_framework.permissions import BasePermission

if TYPE_CHECKING:  # importing views here would be a circle
    from rest_framework.request import Request
    from rest_framework.views import APIView

SAFE = {"GET", "HEAD", "OPTIONS"}
# What viewsets call reading.
READS = {"list", "retrieve", "metadata", None}


def scope(user: Any, model: type[Model], action: str | None) -> QuerySet:
    """Rows of ``model`` on which ``user`` may do ``action``: "read" or a verb.

    A viewset's ``self.action`` will do: listing and retrieving are reading.

    The rule is the QuerySet's ``visible_to``; a model without one has no door. Who is
    not signed in sees nothing.
    """
    if not user.is_authenticated:
        return model._default_manager.none()
    action = "read" if action in READS else action
    return model._default_manager.visible_to(user, action)


class HasScope(BasePermission):
    """Signed in, allowed by role, and by the token's scopes if there is one.

    A token needs ``<token_scope of the view>:read`` or ``:write``. A role for which
    the view's rows are none at all may not do it: 403. A row that is not among them
    is 404, elsewhere.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not (request.user and request.user.is_authenticated):
            return False
        writes = request.method not in SAFE
        if writes and not request.user.may_write:
            return False
        has_rows = hasattr(view, "get_queryset")
        if writes and has_rows and view.get_queryset().query.is_empty():
            return False
        if request.auth is None:
            return True
        wanted = getattr(view, "token_scope", None)
        if wanted is None:
            return True
        return request.auth.allows(f"{wanted}:{'write' if writes else 'read'}")
