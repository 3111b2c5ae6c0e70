"""On what a touch is counted: a channel, a measure, a content, a rep or a campaign."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import (
    Case,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.models import Content
from insights.attribution.paths import Key
from insights.selectors.asked_scopes import compares_reps
from insights.selectors.attribution.touches import Row
from journeys.models import Measure
from journeys.models.interaction import Channel, InteractionQuerySet

Rows = InteractionQuerySet
Labels = dict[Key, str]


@dataclass(frozen=True, slots=True)
class Dimension:
    """By what conversions are shared out. A touch that has no such key is none."""

    name: str
    label: str | Promise
    # Behind what is shared out: "Handoffs accepted, by channel".
    said: str | Promise
    narrowed: Callable[[Rows], Rows]
    key: Any
    # Keys -> how people call them, in one query at most.
    labels: Callable[[Iterable[Key]], Labels]
    # Whose view of it this is, where not all see the same.
    viewer: int | None = None

    def keyed(self, of: Rows) -> Rows:
        """Those of ``of`` that have one, with their ``key``; in no order."""
        found = self.narrowed(of).annotate(key=self.key).filter(key__isnull=False)
        return found.order_by()

    def rows(self, of: Rows) -> Iterator[Row]:
        """By contact, oldest first; one query, read in pieces."""
        found = self.keyed(of).order_by("contact_id", "occurred_at", "pk")
        return found.values_list("contact_id", "occurred_at", "key").iterator(10_000)


def _channels(keys: Iterable[Key]) -> Labels:
    labels = dict(Channel.choices) | {"": Channel.OTHER.label}
    return {key: str(labels.get(key, key)) for key in keys}


def _measures(keys: Iterable[Key]) -> Labels:
    return dict(Measure.objects.filter(pk__in=list(keys)).values_list("pk", "name"))


def _contents(keys: Iterable[Key]) -> Labels:
    titles = Content.objects.filter(slug__in=list(keys)).values_list("slug", "title")
    return _names(keys) | dict(titles)


def _reps(keys: Iterable[Key]) -> Labels:
    return {user.pk: str(user) for user in User.objects.filter(pk__in=list(keys))}


def _names(keys: Iterable[Key]) -> Labels:
    return {key: str(key) for key in keys}


def _with_this_address() -> QuerySet[Content]:
    return Content.objects.exclude(url="").filter(url=OuterRef("url")).order_by("pk")


def _of_contents(rows: Rows) -> Rows:
    """Downloads say of what, reps' links lead to one, pages are known by address."""
    by_address = Q(~Q(url=""), Exists(_with_this_address()))
    through = Q(link__content_link__isnull=False)
    return rows.filter(Q(properties__has_key="content") | through | by_address)


COLLEAGUES = 0


def dimension(name: str, *, user: User | None) -> Dimension:
    """That by which ``user`` may see conversions shared out; None sees all.

    Whom the figures of single colleagues do not concern sees them as one.
    """
    found = DIMENSIONS[name]
    if name != "rep" or user is None or compares_reps(user):
        return found
    own = Case(When(by=user, then=F("by_id")), default=Value(COLLEAGUES))
    others = {COLLEAGUES: _("Colleagues")}
    return replace(
        found,
        key=own,
        labels=lambda keys: _reps(keys) | {k: str(v) for k, v in others.items()},
        viewer=user.pk,
    )


DIMENSIONS = {
    found.name: found
    for found in (
        Dimension(
            "channel",
            _("Channel"),
            _("by channel"),
            lambda rows: rows,
            F("channel"),
            _channels,
        ),
        Dimension(
            "measure",
            _("Measure"),
            _("by measure"),
            lambda rows: rows.filter(measure__isnull=False),
            F("measure_id"),
            _measures,
        ),
        Dimension(
            "content",
            _("Content"),
            _("by content"),
            _of_contents,
            Coalesce(
                KeyTextTransform("content", "properties"),
                F("link__content_link__content__slug"),
                Subquery(_with_this_address().values("slug")[:1]),
                output_field=TextField(),
            ),
            _contents,
        ),
        Dimension(
            "rep",
            _("Rep"),
            _("by rep"),
            lambda rows: rows.filter(by__isnull=False),
            F("by_id"),
            _reps,
        ),
        Dimension(
            "campaign",
            _("Campaign"),
            _("by campaign"),
            lambda rows: rows.filter(utm__has_key="campaign").exclude(utm__campaign=""),
            KeyTextTransform("campaign", "utm"),
            _names,
        ),
    )
}
