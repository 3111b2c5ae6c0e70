"""On what a touch is counted: a channel, a measure, a content, a rep or a campaign."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.models import Content
from insights.attribution.paths import Key
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
    narrowed: Callable[[Rows], Rows]
    key: Any
    # Keys -> how people call them, in one query at most.
    labels: Callable[[Iterable[Key]], Labels]

    def rows(self, of: Rows) -> Iterator[Row]:
        """By contact, oldest first; one query, read in pieces."""
        found = self.narrowed(of).annotate(key=self.key).filter(key__isnull=False)
        found = found.order_by("contact_id", "occurred_at", "pk")
        return found.values_list("contact_id", "occurred_at", "key").iterator(10_000)


def _channels(keys: Iterable[Key]) -> Labels:
    labels = dict(Channel.choices)
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


DIMENSIONS = {
    found.name: found
    for found in (
        Dimension("channel", _("Channel"), lambda rows: rows, F("channel"), _channels),
        Dimension(
            "measure",
            _("Measure"),
            lambda rows: rows.filter(measure__isnull=False),
            F("measure_id"),
            _measures,
        ),
        Dimension(
            "content",
            _("Content"),
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
            lambda rows: rows.filter(by__isnull=False),
            F("by_id"),
            _reps,
        ),
        Dimension(
            "campaign",
            _("Campaign"),
            lambda rows: rows.filter(utm__has_key="campaign"),
            KeyTextTransform("campaign", "utm"),
            _names,
        ),
    )
}
