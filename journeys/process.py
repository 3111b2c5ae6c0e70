"""What the process page says of a stage beside the plan: apps above say it here.

    register_process_facts(promise_facts)

So that the page can say what sales promises, which journeys knows nothing of.
"""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[str], list[str]]
"""A stage ("marketing", "handoff", "sales") -> sentences about it, for the reader."""

_tellers: list[Tell] = []


def register_process_facts(tell: Tell) -> None:
    """Again with the same function: changes nothing."""
    if tell not in _tellers:
        _tellers.append(tell)


def process_facts(stage: str) -> list[str]:
    return [sentence for tell in _tellers for sentence in tell(stage)]
