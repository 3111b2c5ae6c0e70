"""What a report is, what it is asked for, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from accounts.models import User
from insights.selectors.periods import Period


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom and about what. What the reader may not see is in no answer."""

    reader: User
    period: Period
    # Of reports that need one.
    journey: Any = None


@dataclass(frozen=True, slots=True)
class Line:
    """A row of texts; the first is its name. ``url`` leads to what it is counted from."""

    cells: tuple[str, ...]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A table with its heading."""

    title: str
    head: tuple[str, ...]
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Content:
    """What was found, in one sentence, and the tables behind it."""

    finding: str
    parts: list[Part] = field(default_factory=list)
    # The page with the same figures; without the site.
    url: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """``compose`` writes in the language that is active, for a reader who may read it."""

    key: str
    name: str | Promise
    compose: Callable[[Asked], Content]
    needs_journey: bool = False
    may_read: Callable[[User], bool] = lambda user: True
