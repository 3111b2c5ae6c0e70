"""The tracked links that carry measures out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journeys.carriers import Carrier, CarrierKind, register_carriers
from journeys.models import TrackedLink

SHOWN = 3


def links_for_everybody() -> QuerySet[TrackedLink]:
    """Personal links and those of mails belong to what they are sent with."""
    return TrackedLink.objects.filter(contact=None, rep=None).exclude(created_by=None)


def links_of(measure_ids: Collection[int]) -> dict[int, list[Carrier]]:
    """Those for everybody; of many the first few, and how many more there are."""
    found: dict[int, list[Carrier]] = defaultdict(list)
    rows = links_for_everybody().filter(measure__in=measure_ids)
    more: dict[int, int] = defaultdict(int)
    for row in rows.order_by("name", "pk"):
        if len(found[row.measure_id]) < SHOWN:
            url = reverse("journeys:link_edit", args=[row.pk])
            found[row.measure_id].append(Carrier(_("Tracked link"), row.name, url))
        else:
            more[row.measure_id] += 1
    for pk, count in more.items():
        name = ngettext("%(n)s more link", "%(n)s more links", count) % {"n": count}
        found[pk].append(Carrier(_("Tracked link"), name))
    return found


def register() -> None:
    label = gettext_lazy("Tracked link")
    register_carriers(CarrierKind("link", label, links_for_everybody, links_of))
