"""Conditions that sequences keep: nobody takes away a field that one of them names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from campaigns.models import Sequence, Step
from contacts.conditions import usage


def register() -> None:
    usage.register_holder(_goals)
    usage.register_holder(_branches)


def _goals() -> Iterator[tuple[str, Any]]:
    return Sequence.objects.exclude(goal={}).values_list("name", "goal").iterator()


def _branches() -> Iterator[tuple[str, Any]]:
    """Of every version: somebody may still be in an old one. Fields that are set, too."""
    kinds = [Step.Kind.BRANCH, Step.Kind.SET_FIELD]
    rows = Step.objects.filter(kind__in=kinds).values_list(
        "version__sequence__name", "settings"
    )
    return rows.distinct().iterator()
