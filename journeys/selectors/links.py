"""Figures of tracked links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from journeys.models import Interaction, TrackedLink


@dataclass(frozen=True, slots=True)
class Taken:
    """How often a link was taken."""

    people: int = 0
    machines: int = 0


def taken_of(links: Sequence[TrackedLink]) -> dict[int, Taken]:
    """Link id -> how often, in one query."""
    rows = Interaction.objects.filter(link__in=[link.pk for link in links])
    counts = rows.values_list("link", "is_machine").annotate(n=Count("pk")).order_by()
    found = {(link, is_machine): n for link, is_machine, n in counts}
    return {
        link.pk: Taken(found.get((link.pk, False), 0), found.get((link.pk, True), 0))
        for link in links
    }
