"""The contact list as a page shows it: its filters, its order, its address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import F, QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import scope
from contacts.columns import columns
from contacts.filters import ContactFilter
from contacts.models.company import Company
from contacts.models.contact import Contact
from contacts.models.segment import Segment
from contacts.origin_filters import name_of
from contacts.period_filters import MomentFilter
from contacts.way_filters import PhasesFilter, RowFilter, way_text
from leadhub.keyset import KeysetPage, page_of

PAGE_SIZE = 25
COUNTED_UP_TO = 1000
SORTED_UP_TO = 10_000
SORTS = {
    "name": "name_key",
    "score": "score__total",
    # Phases in the order they were made: what an index can give.
    "phase": "phase_order",
    "owner": "owner__username",
    "updated": "updated_at",
    "created": "created_at",
}
DEFAULT_SORT = "-updated"
LABELS = {
    "name": _("Name"),
    "score": _("Score"),
    "phase": _("Phase"),
    "owner": _("Owner"),
    "updated": _("Updated"),
    "created": _("Created"),
}


def _whole(keys: Sequence[Contact]) -> list[Contact]:
    """The contacts of a page with what the list shows of them, in the same order."""
    rows = Contact.objects.select_related("company", "owner").prefetch_related("tags")
    found = rows.in_bulk([key.pk for key in keys])
    return [found[key.pk] for key in keys if key.pk in found]


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is set, and the address of the list without it."""

    label: str
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class Header:
    """A column one can sort by."""

    name: str
    label: str
    url: str
    direction: str  # "ascending", "descending" or "none"


class ContactList:
    """What the query string of a contact list says."""

    def __init__(self, request: HttpRequest, query: QueryDict | None = None) -> None:
        self.request = request
        self.query = request.GET if query is None else query
        self.filters = ContactFilter(
            self.query, queryset=scope(request.user, Contact, "read"), request=request
        )
        self.is_valid = self.filters.is_valid()

    @property
    def sort(self) -> str:
        wanted = self.query.get("sort", DEFAULT_SORT)
        return wanted if wanted.removeprefix("-") in SORTS else DEFAULT_SORT

    def rows(self) -> QuerySet[Contact]:
        """All that match, in no order; none if a filter cannot be read."""
        return self.filters.qs if self.is_valid else Contact.objects.none()

    def page(self) -> KeysetPage:
        """The rows shown. Raises ``BadCursor``."""
        rows = self.rows()
        name, descends = self.sort.removeprefix("-"), self.sort.startswith("-")
        filtered = self.query.get(name)
        if filtered == "none" or (filtered and name == "owner"):
            name = "updated"  # they all have the same one
        if name == "phase":
            rows = rows.annotate(
                phase_order=F("open_visit__phase_id"),
                phase_since=F("open_visit__entered_at"),
            )
        ordering = [SORTS[name], *(["phase_since"] if name == "phase" else []), "id"]
        page = page_of(
            rows,
            ordering=[f"-{column}" if descends else column for column in ordering],
            size=PAGE_SIZE,
            cursor=self.query.get("cursor", ""),
            never_null=("phase_since",),
            only_keys=True,
            by_index=name != "name" or not self._are_namesakes(rows),
        )
        return replace(page, rows=_whole(page.rows))

    def _are_namesakes(self, rows: QuerySet[Contact]) -> bool:
        """True if a search found few: its word is mostly a name, so they are neighbors."""
        if not self.query.get("q"):
            return False
        return rows.values("pk")[: SORTED_UP_TO + 1].count() <= SORTED_UP_TO

    def count(self, *, exactly: bool) -> tuple[int, bool]:
        """How many match, and whether that is all of them."""
        if exactly:
            return self.rows().count(), True
        found = self.rows().values("pk")[: COUNTED_UP_TO + 1].count()
        return min(found, COUNTED_UP_TO), found <= COUNTED_UP_TO

    @property
    def encoded(self) -> str:
        """The query as an address has it."""
        return self.query.urlencode()

    def url(self, *, without: tuple[str, ...] = (), **changes: str) -> str:
        query = self.query.copy()
        for name in ("cursor", *without):
            query.pop(name, None)
        for name, value in changes.items():
            query[name] = value
        encoded = query.urlencode()
        return reverse("contacts:list") + (f"?{encoded}" if encoded else "")

    def without(self, *names: str) -> list[tuple[str, str]]:
        """What is asked for apart from ``names``, as pairs of name and value."""
        left_out = {"cursor", *names}
        return [
            (name, value)
            for name, values in self.query.lists()
            for value in values
            if value and name not in left_out
        ]

    def tags(self) -> list[str]:
        return [tag for tag in self.query.getlist("tag") if tag]

    def headers(self) -> dict[str, Header]:
        found = {}
        for name, label in LABELS.items():
            is_sorted = self.sort.removeprefix("-") == name
            descends = self.sort.startswith("-")
            # Numbers and times are wanted highest first.
            first = f"-{name}" if name in ("score", "updated", "created") else name
            other = name if descends else f"-{name}"
            direction = "none"
            if is_sorted:
                direction = "descending" if descends else "ascending"
            found[name] = Header(
                name,
                str(label),
                self.url(sort=other if is_sorted else first),
                direction,
            )
        return found

    def chips(self) -> list[Chip]:
        """The filters that are set, but for the search, which has its own box."""
        found = []
        for name, definition in self.filters.filters.items():
            if name == "q":
                continue
            given = [value for value in self.query.getlist(name) if value]
            for value in given if name == "tag" else given[-1:]:
                rest = [other for other in given if other != value]
                url = self._url_with(name, rest if name == "tag" else [])
                shown = self._readable(name, value)
                found.append(Chip(str(definition.label), shown, url))
        return found

    def _url_with(self, name: str, values: list[str]) -> str:
        query = self.query.copy()
        query.pop("cursor", None)
        query.setlist(name, values)
        encoded = query.urlencode()
        return reverse("contacts:list") + (f"?{encoded}" if encoded else "")

    def _readable(self, name: str, value: str) -> str:
        words = {"none": _("none"), "me": _("me"), "true": _("yes"), "false": _("no")}
        if value in words:
            return str(words[value])
        if isinstance(self.filters.filters[name], MomentFilter):
            moment = self.filters.form.cleaned_data.get(name) if self.is_valid else None
            return (
                date_format(localtime(moment), "DATETIME_FORMAT") if moment else value
            )
        if name in ("journey", "brought_by"):
            return name_of(name, value)
        definition = self.filters.filters[name]
        if isinstance(definition, PhasesFilter):
            return way_text(value)
        if isinstance(definition, RowFilter):
            return definition.named(value)
        of_column = {"entered_phase": "phase"}.get(name, name)
        for column in columns():
            if column.name == of_column and column.choices:
                known = dict(column.choices())
                return str(known[value]) if value in known else name_of(name, value)
        model = {"segment": Segment, "owner": User, "company": Company}.get(name)
        if model and value.isdigit() and len(value) < 19:
            row = scope(self.request.user, model, "read").filter(pk=value).first()
            return str(row or value)
        return value[:80]
