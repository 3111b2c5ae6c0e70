"""Which fit rules hold for whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from contacts.conditions.evaluation import matches_each
from contacts.models import Contact
from scoring.models import Rule


def rules_that_hold(
    rules: Sequence[Rule], contacts: Sequence[Contact], *, at: datetime
) -> dict[int, list[Rule]]:
    """Per contact, those of the fit rules whose condition holds at ``at``."""
    held: dict[int, list[Rule]] = {contact.pk: [] for contact in contacts}
    found = matches_each([rule.when for rule in rules], contacts, at=at)
    for rule, contact_ids in zip(rules, found, strict=True):
        for contact_id in contact_ids:
            held[contact_id].append(rule)
    return held


def depends_on_time(condition: Any) -> bool:
    """True if the condition may hold tomorrow and not today though nothing happens."""
    if isinstance(condition, list):
        return any(map(depends_on_time, condition))
    if isinstance(condition, dict):
        if condition.get("op") == "within_days" or "within_days" in condition:
            return True
        return any(map(depends_on_time, condition.values()))
    return False
