"""Reading interactions for scoring: only of the contacts and columns it takes."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.timezone import get_default_timezone

from journeys.conditions import When, parse_when
from journeys.models import Interaction
from scoring.counting import Counted, Counting, Row, Tally
from scoring.models import Rule, ScoringModel

COLUMNS = ("contact_id", "kind", "occurred_at")
ROWS_PER_FETCH = 5_000


def engagement_rules(model: ScoringModel) -> list[Rule]:
    """Those that count, in their order. Prefetch the rules."""
    return [
        rule
        for rule in model.rules.all()
        if rule.is_on and rule.dimension == Rule.Dimension.ENGAGEMENT
    ]


def fit_rules(model: ScoringModel) -> list[Rule]:
    """Those that count, in their order. Prefetch the rules."""
    return [
        rule
        for rule in model.rules.all()
        if rule.is_on and rule.dimension == Rule.Dimension.FIT
    ]


def tallies(
    contact_ids: Collection[int],
    *,
    model: ScoringModel,
    at: datetime,
    known_before: Mapping[int, datetime] | None = None,
) -> Iterator[tuple[int, Tally, Tally | None]]:
    """What the contacts' interactions are worth at ``at``: see ``Counting.tallies``.

    One query, read as a stream: a contact with a million interactions takes time, but
    no memory. Machine traffic is left out.
    """
    rules = engagement_rules(model)
    if not rules or not contact_ids:
        return
    columns = columns_for(rules)
    if known_before:
        columns.append("recorded_at")
    counted = [counted_rule(rule, model, columns) for rule in rules]
    rows = rows_of(contact_ids, columns)
    counting = Counting(counted, at=at, zone=get_default_timezone())
    yield from counting.tallies(rows, known_before=known_before or {})


def counted_rule(rule: Rule, model: ScoringModel, columns: Sequence[str]) -> Counted:
    when = parse_when(rule.when)
    half_life = (
        model.half_life_days if rule.uses_model_half_life else rule.half_life_days
    )
    return Counted(
        points=rule.points,
        half_life_days=half_life,
        max_per_day=rule.max_per_day,
        max_points=rule.max_points,
        kinds=when.kinds,
        holds=_of_row(when, columns) if when.where else None,
    )


def rows_of(contact_ids: Collection[int], columns: Sequence[str]) -> Iterator[Row]:
    """What people did, contact by contact, the latest first, as a stream."""
    # Backwards along the index of the timeline: nothing has to be sorted.
    return (
        Interaction.objects.by_people()
        .filter(contact_id__in=contact_ids)
        .order_by("-contact_id", "-occurred_at")
        .values_list(*columns)
        .iterator(chunk_size=ROWS_PER_FETCH)
    )


def columns_for(rules: Sequence[Rule]) -> list[str]:
    """The columns of interactions that counting by these rules takes."""
    asked = {
        leaf["field"].partition(".")[0]
        for rule in rules
        for leaf in _leaves(rule.when.get("where", []))
    }
    return [*COLUMNS, *sorted(asked - set(COLUMNS))]


def _leaves(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for item in node:
            yield from _leaves(item)
    elif isinstance(node, dict):
        if "field" in node:
            yield node
        else:
            yield from _leaves(list(node.values()))


def _of_row(when: When, columns: Sequence[str]) -> Callable[[Row], bool]:
    facts = namedtuple("Facts", columns)._make
    # That it is of the kind is known by then.
    return lambda row: when.says(facts(row))
