"""What happened to a contact, from all tables that know of it, newest first.

Apps above add a stream of their own when they start. A stream reads its rows through
the window, which is where pages and filters are done, so that a page costs one query
per stream however long the timeline is.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from contacts.models import Contact
from leadhub.errors import InvalidValue

Row = TypeVar("Row", bound=Model)
Position = tuple[datetime, str]


class BadPosition(InvalidValue):
    code = "bad_cursor"
    attr = "cursor"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. ``key`` is unique on all timelines; ``lane`` says whose doing it was:

    "contact", "marketing" or "sales". ``data`` is what the API adds, as JSON.
    """

    key: str
    at: datetime
    kind: str
    lane: str
    title: str
    icon: str = "point"
    detail: str = ""
    text: str = ""
    url: str = ""
    by: str = ""
    is_machine: bool = False
    # It would have happened, and was not allowed to.
    is_blocked: bool = False
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def position(self) -> Position:
        return self.at, self.key


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a timeline that is wanted: ``size`` entries before a position."""

    size: int
    before: Position | None = None
    kinds: frozenset[str] | None = None

    def newest(
        self, rows: QuerySet[Row], *, stream: str, at: str
    ) -> list[tuple[str, Row]]:
        """The newest of ``rows`` in it, each with its key. ``at`` names the column."""
        if self.before is not None:
            rows = rows.filter(_earlier(self.before, stream=stream, at=at))
        newest = rows.order_by(f"-{at}", "-pk")[: self.size]
        return [(key_of(stream, row.pk), row) for row in newest]

    def wants(self, kinds: Iterable[str]) -> bool:
        return self.kinds is None or not self.kinds.isdisjoint(kinds)


Load = Callable[[Contact, Window], list[Entry]]
_streams: dict[str, Load] = {}


def register(name: str, load: Load) -> None:
    """Show what ``load`` returns on every timeline. Again under a name: replaces it."""
    _streams[name] = load


def timeline_of(
    contact: Contact,
    *,
    size: int,
    cursor: str = "",
    kinds: frozenset[str] | None = None,
) -> tuple[list[Entry], str]:
    """The newest ``size`` entries after ``cursor``, and the cursor of the next ones.

    That one is "" at the end. Raises ``BadPosition``.
    """
    before = _read(cursor) if cursor else None
    window = Window(size=size + 1, before=before, kinds=kinds)
    found = [entry for load in _streams.values() for entry in load(contact, window)]
    found.sort(key=lambda entry: entry.position, reverse=True)
    page = found[:size]
    return page, _cursor(page[-1]) if len(found) > size else ""


def key_of(stream: str, pk: int | UUID) -> str:
    """Keys of a stream sort as its primary keys do."""
    return f"{stream}:{pk.hex}" if isinstance(pk, UUID) else f"{stream}:{pk:020d}"


def _earlier(before: Position, *, stream: str, at: str) -> Q:
    moment, key = before
    other, _colon, pk = key.partition(":")
    if other == stream:
        same = UUID(pk) if len(pk) == 32 else int(pk)
        return Q(**{f"{at}__lt": moment}) | Q(**{at: moment, "pk__lt": same})
    operator = "lte" if f"{stream}:" < f"{other}:" else "lt"
    return Q(**{f"{at}__{operator}": moment})


def _signer() -> Signer:
    return Signer(salt="journeys.timeline")


def _cursor(entry: Entry) -> str:
    signed = _signer().sign(f"{entry.at.isoformat()}|{entry.key}")
    return urlsafe_b64encode(signed.encode()).decode().rstrip("=")


def _read(cursor: str) -> Position:
    try:
        signed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        moment, key = _signer().unsign(signed).split("|")
    except (ValueError, BadSignature):
        raise BadPosition(_("This cursor is not one of this list's.")) from None
    return datetime.fromisoformat(moment), key
