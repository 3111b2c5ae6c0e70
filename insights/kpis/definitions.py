"""What a KPI is, what it is asked about, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlencode

import django_filters
from django.db import models
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import scope as rows_for
from insights.selectors.origins import brought_by
from insights.selectors.periods import Period
from journeys.models import Journey, Measure, Phase, Team


class Owner(models.TextChoices):
    """Which team answers for a figure."""

    MARKETING = "marketing", _("Marketing")
    SALES = "sales", _("Sales")
    BOTH = "both", _("Both teams")


class Group(models.TextChoices):
    """Where it stands on the page of figures."""

    CONTACTS = "contacts", _("Contacts")
    PHASES = "phases", _("Phases")
    HANDOFFS = "handoffs", _("Handoffs")
    QUALITY = "quality", _("Quality")
    DEALS = "deals", _("Deals")
    COST = "cost", _("Cost")


# A rounding is no difference.
SAME = 1e-6
DIMENSIONS = ("journey", "phase", "team", "rep", "measure")
# The parameter of lists for what brought a contact.
ORIGIN = "brought_by"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a figure is asked about. ``viewer`` None: nobody in particular, so all rows."""

    period: Period
    viewer: User | None = None
    journey: Journey | None = None
    phase: Phase | None = None
    team: Team | None = None
    rep: User | None = None
    measure: Measure | None = None
    at: datetime = field(default_factory=timezone.now)

    def before(self) -> Scope:
        return replace(self, period=self.period.before())

    def during(self, period: Period) -> Scope:
        return replace(self, period=period)

    @property
    def dimensions(self) -> dict[str, Any]:
        """Those by which it is narrowed."""
        found = {name: getattr(self, name) for name in DIMENSIONS}
        return {name: row for name, row in found.items() if row is not None}


@dataclass(frozen=True, slots=True)
class Parts:
    """A value and what it is made of; for a share of 100, a part of a whole."""

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    # Of how many rows.
    n: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that figures are counted from: its page, its filters, their names."""

    url_name: str
    model: type[Model]
    filterset: type[django_filters.FilterSet]
    # Dimension -> parameter.
    names: Mapping[str, str]

    def rows(self, query: Mapping[str, str], *, viewer: User | None) -> QuerySet:
        """What its page shows ``viewer`` for this query, in no order."""
        rows = self.model._default_manager.all()
        if viewer is not None:
            rows = rows_for(viewer, self.model, "read")
        # The page looks for what brought each contact; that is counted beforehand.
        rest = {name: text for name, text in query.items() if name != ORIGIN}
        filters = self.filterset(rest, queryset=rows)
        if not filters.is_valid():
            raise ValueError(dict(filters.errors))
        rows = filters.qs.order_by()
        if ORIGIN in query:
            rows = brought_by(rows, query[ORIGIN], self.filterset.contact_path)
        return rows

    def narrowed(self, scope: Scope) -> dict[str, str]:
        """The parameters for the dimensions of ``scope``."""
        return {
            parameter: str(row.pk)
            for name, row in scope.dimensions.items()
            if (parameter := self.names.get(name))
        }

    def url(self, query: Mapping[str, str]) -> str:
        return f"{reverse(self.url_name)}?{urlencode(query)}"


class Way(Protocol):
    """How a list becomes a number."""

    def parts(self, kpi: Kpi, scope: Scope) -> Parts: ...


@dataclass(frozen=True, slots=True)
class Kpi:
    """One definition, for pages, API, CSV and reports."""

    key: str
    label: str | Promise
    definition: str | Promise
    group: Group
    owner: Owner
    listing: Listing
    way: Way
    # "%", "h", "d", "money", "stars", or empty for a number.
    unit: str = ""
    # What its list is narrowed to whatever is asked for.
    query: Mapping[str, str] = field(default_factory=dict)
    # Of a share: what narrows the list further to what counts.
    part: Mapping[str, str] = field(default_factory=dict)
    # Parameters for the period; None: it is about this moment.
    since: str | None = None
    until: str | None = None
    # The column of what is in the period by these; empty where no column says it alone.
    moment: str = ""
    more_is_better: bool = True
    # Dimension -> why it says nothing about that.
    lacks: Mapping[str, str | Promise] = field(default_factory=dict)
    needs_phase: bool = False
    # Values of twice the time are twice as high.
    is_sum: bool = False
    # Rises when the definition changes: what was frozen by another is told apart.
    version: int = 1

    @property
    def is_of_now(self) -> bool:
        return self.since is None

    def reason_against(self, scope: Scope) -> str:
        """Why there is no such figure; empty if there is."""
        for name in scope.dimensions:
            if name in self.lacks:
                return str(self.lacks[name])
        if self.needs_phase and scope.phase is None:
            return str(_("It is counted phase by phase."))
        return ""

    def list_query(self, scope: Scope, *, part: bool = False) -> dict[str, str]:
        """The parameters of the list it is counted from, or of its ``part``."""
        query = dict(self.query)
        if part:
            query |= self.part
        if self.since and self.until:
            query[self.since] = scope.period.since.isoformat()
            query[self.until] = scope.period.until.isoformat()
        return query | self.listing.narrowed(scope)

    def rows(self, scope: Scope, *, part: bool = False) -> QuerySet:
        query = self.list_query(scope, part=part)
        return self.listing.rows(query, viewer=scope.viewer)

    def parts(self, scope: Scope) -> Parts:
        if self.reason_against(scope):
            return Parts(None)
        return self.way.parts(self, scope)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, what it was before, and the list that makes it up."""

    key: str
    label: str | Promise
    definition: str | Promise
    value: float | None
    before: float | None
    unit: str = ""
    more_is_better: bool = True
    url: str = ""
    owner: str = ""
    group: str = ""
    parts: Parts = field(default_factory=lambda: Parts(None))
    # Of a share: the list of what counts.
    part_url: str = ""
    # Why there is no value, if it can have none.
    reason: str = ""
    # For this period; None: nobody has set one.
    target: float | None = None
    # Of a month that is closed: what it was then, and when that was.
    closed: float | None = None
    closed_at: datetime | None = None

    @property
    def change(self) -> float | None:
        """How much it rose, in per cent; of a share, in points."""
        if self.value is None or self.before is None:
            return None
        if self.unit == "%":
            return self.value - self.before
        return 100 * (self.value / self.before - 1) if self.before else None

    @property
    def direction(self) -> str:
        """ "up" or "down"; empty if there is no change to speak of: one that reads 0."""
        if self.change is None or abs(self.change) <= 0.5:
            return ""
        return "up" if self.change > 0 else "down"

    @property
    def is_good(self) -> bool | None:
        """Whether the change is for the better; None if there is none to speak of."""
        if not self.direction:
            return None
        return (self.direction == "up") == self.more_is_better

    @property
    def has_changed(self) -> bool:
        """Facts of the month came, went or changed after it was closed."""
        return self.closed_at is not None and is_other(self.closed, self.value)

    @property
    def is_met(self) -> bool | None:
        """Whether the target is; None if there is none, or nothing to hold against it."""
        if self.value is None or self.target is None:
            return None
        if self.more_is_better:
            return self.value >= self.target
        return self.value <= self.target


def is_other(was: float | None, now: float | None) -> bool:
    """Whether a figure differs by more than a rounding."""
    if was is None or now is None:
        return was is not now
    return abs(was - now) > SAME * max(1.0, abs(was))
