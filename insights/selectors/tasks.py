"""A thing that wants somebody today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Task:
    """One card of the day: verb first, one line of context, one button."""

    title: str
    context: str
    url: str
    button: str
    due_at: datetime | None
    is_late: bool
    points: float | None = None
    threshold: float | None = None
