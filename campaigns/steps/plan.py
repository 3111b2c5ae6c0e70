"""The order of a version's steps: which one comes next. No database, no clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from campaigns.models.sequence import Step
from campaigns.steps.kinds import KINDS

Place = tuple[int | None, str]
"""(parent's primary key, branch); (None, "") is the trunk."""


class Plan:
    """Steps as a tree: a trunk, and under some steps one line for each branch."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.by_pk = {step.pk: step for step in steps}
        self._lines: dict[Place, list[Step]] = defaultdict(list)
        for step in sorted(self.by_pk.values(), key=lambda s: (s.position, s.pk)):
            self._lines[step.parent_id, step.branch].append(step)

    def line(self, parent: Step | None = None, branch: str = "") -> list[Step]:
        return self._lines.get((parent.pk if parent else None, branch), [])

    def branches_of(self, step: Step) -> tuple[str, ...]:
        """The names of a step's branches, empty ones too, in their order."""
        return KINDS[step.kind].branches(step.settings)

    def first(self) -> Step | None:
        return next(iter(self.line()), None)

    def into(self, step: Step, branch: str) -> Step | None:
        """The first step of a branch; of an empty one what comes after ``step``."""
        line = self.line(step, branch)
        return line[0] if line else self.after(step)

    def after(self, step: Step) -> Step | None:
        """What comes behind it; behind the end of a branch, what follows the branch."""
        line = self._lines[step.parent_id, step.branch]
        place = line.index(step) + 1
        if place < len(line):
            return line[place]
        return self.after(self.by_pk[step.parent_id]) if step.parent_id else None

    def in_order(
        self, parent: Step | None = None, depth: int = 0
    ) -> Iterator[tuple[Step, int]]:
        """All steps as they are read from top to bottom, each with its depth."""
        for branch in self.branches_of(parent) if parent else ("",):
            for step in self.line(parent, branch):
                yield step, depth
                yield from self.in_order(step, depth + 1)

    def by_key(self) -> dict[str, Step]:
        return {step.key: step for step in self.by_pk.values()}
