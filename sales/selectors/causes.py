"""What led to a crossing: rules, and the campaigns and measures behind what they count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from journeys.conditions import When, parse_when
from journeys.models import Interaction, Measure
from leadhub.errors import DomainError
from sales.models import HandoffCause
from scoring.models import Rule

Kind = HandoffCause.Kind


def causes_of(
    counted: Sequence[Mapping[str, Any]],
    rules: Mapping[int, Rule],
    doings: Sequence[Interaction],
) -> list[tuple[str, str]]:
    """Pairs of kind and name, each once.

    ``counted`` are the contributions that gave points, ``rules`` theirs by key, and
    ``doings`` the interactions before it. Where an interaction came from is a cause if one of
    the rules counts it.
    """
    whens = [when for rule in rules.values() if (when := when_of(rule))]
    told = [row for row in doings if any(when.holds(row) for when in whens)]
    measures = Measure.objects.filter(pk__in={row.measure_id for row in told} - {None})
    campaigns = [str((row.utm or {}).get("campaign", "")) for row in told]
    found = [(Kind.RULE.value, line["rule"]) for line in counted]
    found += [(Kind.CAMPAIGN.value, name) for name in campaigns if name]
    found += [
        (Kind.MEASURE.value, name) for name in measures.values_list("name", flat=True)
    ]
    return list(dict.fromkeys((kind, name[:300]) for kind, name in found))


def when_of(rule: Rule) -> When | None:
    """What an engagement rule counts.

    None of a rule about the contact, or of an older time: it must not stop a handoff.
    """
    if rule.dimension != Rule.Dimension.ENGAGEMENT:
        return None
    try:
        return parse_when(rule.when)
    except DomainError:
        return None
