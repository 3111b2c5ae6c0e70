"""Which fields territories name, so that none of them is taken away."""

from __future__ import annotations

from typing import Any

from contacts.conditions import usage
from sales.models import Territory


def register() -> None:
    usage.register_holder(_territories)


def _territories() -> list[tuple[str, Any]]:
    return list(Territory.objects.order_by("pk").values_list("name", "condition"))
