"""Verbs about saved views of the contact list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.models.segment import SavedView
from contacts.text import clean_text
from leadhub.errors import DomainError, InvalidValue

# What belongs to a page of the list, not to the list.
PASSING = ("cursor", "view", "count")


class NameTaken(DomainError):
    code = "name_taken"
    attr = "name"


def save_view(
    *,
    owner: User,
    name: str,
    query: str,
    at: datetime,
    is_shared: bool = False,
    is_pinned: bool = True,
) -> SavedView:
    """Keep a list under a name; under a name of one's own again: replace it.

    ``query`` is the list's query string. Raises ``InvalidValue``.
    """
    values = {
        "query": _lasting(query),
        "is_shared": is_shared,
        "is_pinned": is_pinned,
    }
    view, _is_new = SavedView.objects.update_or_create(
        owner=owner,
        name=_clean_name(name),
        defaults=values,
        create_defaults={**values, "created_at": at},
    )
    return view


def update_view(*, view: SavedView, data: dict[str, Any]) -> SavedView:
    """Change name, query, sharing or pinning. Raises ``InvalidValue``, ``NameTaken``."""
    if "name" in data:
        view.name = _clean_name(data["name"])
    if "query" in data:
        view.query = _lasting(data["query"])
    for switch in ("is_shared", "is_pinned"):
        if switch in data:
            setattr(view, switch, bool(data[switch]))
    try:
        with transaction.atomic():
            view.save(update_fields=["name", "query", "is_shared", "is_pinned"])
    except IntegrityError as error:
        raise NameTaken(_("You have a view of this name already.")) from error
    return view


def delete_view(*, view: SavedView) -> None:
    """Forget a view; a repeat is harmless."""
    SavedView.objects.filter(pk=view.pk).delete()


def _clean_name(name: Any) -> str:
    clean = clean_text(name, attr="name", max_length=60)
    if not clean:
        raise InvalidValue(_("A view needs a name."), attr="name")
    return clean


def _lasting(query: Any) -> str:
    clean = clean_text(query, attr="query", max_length=2000)
    return lasting(QueryDict(clean.lstrip("?")))


def lasting(query: QueryDict) -> str:
    """The part of a list's query that is worth keeping, always in the same order."""
    kept = QueryDict(mutable=True)
    for name, values in sorted(query.lists()):
        if name not in PASSING and any(values):
            kept.setlist(name, [value for value in values if value])
    return kept.urlencode()
