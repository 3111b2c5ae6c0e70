"""Whether something handed in is a condition."""

from __future__ import annotations

from typing import Any

from contacts.conditions.parsing import Parser
from contacts.conditions.registry import vocabulary


def validate(condition: Any, *, attr: str = "condition") -> None:
    """Check a condition about contacts, before it is stored.

    Raises ``InvalidCondition`` with the path to what is wrong, which starts with
    ``attr``: ``condition.all.1.op``. An empty one, ``{}``, is none.
    """
    Parser(vocabulary).node(condition, attr)
