"""The order of a version's steps: which one comes next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from campaigns.models.sequence import Step
from campaigns.steps.kinds import KINDS, Outcome, Run, StepKind, Take

Ask = Callable[[StepKind], Take]
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

    def at(self, step_id: int | None) -> Step | None:
        """Where a run is: at that step; without one, before the first."""
        if step_id is not None:
            return self.by_pk.get(step_id)
        return next(iter(self.line()), None)

    def next(self, step: Step, branch: str | None = None) -> Step | None:
        """What comes when ``step`` is done: first of all the steps of ``branch``.

        Behind the end of a branch, what follows the step that it belongs to.
        """
        line = self.line(step, branch) if branch is not None else []
        return line[0] if line else self._after(step)

    def _after(self, step: Step) -> Step | None:
        line = self._lines[step.parent_id, step.branch]
        place = line.index(step) + 1
        if place < len(line):
            return line[place]
        return self._after(self.by_pk[step.parent_id]) if step.parent_id else None

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


def plans_of(version_ids: Iterable[int]) -> dict[int, Plan]:
    steps: dict[int, list[Step]] = {pk: [] for pk in version_ids}
    for step in Step.objects.filter(version__in=steps):
        steps[step.version_id].append(step)
    return {pk: Plan(found) for pk, found in steps.items()}


def outcomes(runs: Iterable[Run], ask: Ask) -> Iterator[tuple[Run, Outcome]]:
    """What becomes of each run at its step; those at the same step are asked together."""
    together: dict[int, list[Run]] = defaultdict(list)
    for run in runs:
        together[run.step.pk].append(run)
    for group in together.values():
        take = ask(KINDS[group[0].step.kind])
        yield from zip(group, take(group), strict=True)
