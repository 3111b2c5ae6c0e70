"""The conditions that plans hold, so that nobody takes away what they name."""

from __future__ import annotations

from typing import Any

from contacts.conditions import usage
from journeys.models import Journey, Phase


def of_phases() -> list[tuple[str, Any]]:
    rows = Phase.objects.values_list("name", "entry_condition", "exit_condition")
    return [(name, [enters, leaves]) for name, enters, leaves in rows]


def of_goals() -> list[tuple[str, Any]]:
    return list(Journey.objects.exclude(goal={}).values_list("name", "goal"))


def register_holders() -> None:
    usage.register_holder(of_phases)
    usage.register_holder(of_goals)
