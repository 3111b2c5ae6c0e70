"""Where something came from, as a person reads it: "form guide" by the form's name.

Sources are kept as short texts: "browser", the name of a token, or a kind and what
names one of it, such as "import 12". Apps above register theirs when they start.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.models.imports import Import


@dataclass(frozen=True, slots=True)
class Source:
    """Words, and the page of what they name if the reader may see it."""

    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class SourceKind:
    """What a kind of source names.

    ``words`` take a ``%(name)s``; ``plain`` is said where there is none any more that
    the reader may see. ``page`` is the route of one, ``key`` its column in a source.
    """

    model: type[Model]
    words: Any
    plain: Any
    page: str
    key: str = "pk"


_words: dict[str, Any] = {"browser": _("Browser")}
# Of these there is no page: "merge 12" is "A merge", whichever it was.
_NUMBERED = {"merge": _("A merge"), "undo of merge": _("A merge, undone")}
_kinds: dict[str, SourceKind] = {
    "import": SourceKind(
        Import, _("Import “%(name)s”"), _("An import"), "contacts:import"
    )
}


def register_words(source: str, words: Any) -> None:
    """Say ``words`` for a source that is always the same."""
    _words[source] = words


def register_source(name: str, kind: SourceKind) -> None:
    """Read "name key" as one of this kind. Again under a name: replaces it."""
    _kinds[name] = kind


def readable_sources(sources: Iterable[str], *, by: User) -> dict[str, Source]:
    """Each source in words, for this reader: one query per kind that occurs."""
    found, wanted = {}, defaultdict(dict)
    for source in set(sources):
        name, _space, key = source.partition(" ")
        if name in _kinds and key:
            wanted[name][key] = source
        else:
            found[source] = Source(str(_words.get(source) or _plain(source)))
    for name, by_key in wanted.items():
        kind = _kinds[name]
        rows = _rows(kind, by_key, by=by)
        for key, source in by_key.items():
            row = rows.get(key)
            found[source] = _one(kind, row) if row else Source(str(kind.plain))
    return found


def _plain(source: str) -> str:
    name, _space, number = source.rpartition(" ")
    return str(_NUMBERED.get(name, source)) if number.isdecimal() else source


def _rows(kind: SourceKind, keys: Collection[str], *, by: User) -> dict[str, Any]:
    if kind.key == "pk":
        keys = [key for key in keys if key.isdecimal() and len(key) < 19]
    rows = kind.model._default_manager.visible_to(by, "read")
    rows = rows.filter(**{f"{kind.key}__in": keys})
    return {str(getattr(row, kind.key)): row for row in rows}


def _one(kind: SourceKind, row: Any) -> Source:
    url = reverse(kind.page, args=[row.pk])
    return Source(str(kind.words) % {"name": row}, url)
