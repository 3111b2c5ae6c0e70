"""Single changes to nested steps, as the builder makes them. No database, no clock.

Steps are JSON as in ``campaigns.steps.tree``; a line of them is changed in place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from campaigns.steps.kinds import KINDS, BadStep, read_settings
from leadhub.errors import DomainError

Tree = list[dict[str, Any]]


class NoSuchStep(DomainError):
    code = "no_such_step"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place between steps: in the trunk, or in a branch of the step ``parent``."""

    parent: str = ""
    branch: str = ""
    position: int = 0


def spots(
    tree: Tree, parent: str = "", branch: str = ""
) -> Iterator[tuple[Spot, dict[str, Any]]]:
    """Where each step stands, from top to bottom."""
    for position, step in enumerate(tree):
        yield Spot(parent, branch, position), step
        for name in KINDS[step["kind"]].branches(step["settings"]):
            yield from spots(_line(step, name), step["key"], name)


def spot_of(tree: Tree, key: str) -> tuple[Spot, dict[str, Any]]:
    """Raises ``NoSuchStep``: somebody else may have deleted it meanwhile."""
    for spot, step in spots(tree):
        if step["key"] == key:
            return spot, step
    raise NoSuchStep(_("This step is not in the draft any more."))


def insert(tree: Tree, step: dict[str, Any], spot: Spot) -> None:
    """Put it there; behind the end means at the end. Raises ``NoSuchStep``."""
    line = tree
    if spot.parent:
        _spot, above = spot_of(tree, spot.parent)
        if spot.branch not in KINDS[above["kind"]].branches(above["settings"]):
            raise NoSuchStep(_("This branch is not in the draft any more."))
        line = _line(above, spot.branch)
    line.insert(spot.position, step)


def take_out(tree: Tree, key: str) -> tuple[Spot, dict[str, Any]]:
    """Remove a step with all that hangs below it; return it and where it stood."""
    spot, step = spot_of(tree, key)
    _line_at(tree, spot).remove(step)
    return spot, step


def move(tree: Tree, key: str, spot: Spot) -> None:
    """Put a step where ``spot`` was before the move. Not below itself."""
    old, step = spot_of(tree, key)
    if any(below["key"] == spot.parent for _s, below in spots([step])):
        raise BadStep(_("A step cannot be moved into one of its own branches."))
    if spot.parent:
        spot_of(tree, spot.parent)
    _line_at(tree, old).remove(step)
    position = spot.position
    if (old.parent, old.branch) == (spot.parent, spot.branch) and old.position < (
        spot.position
    ):
        position -= 1
    insert(tree, step, Spot(spot.parent, spot.branch, position))


def shift(tree: Tree, key: str, *, down: bool) -> None:
    """One place up or down; over the edge of a branch, out of it."""
    spot, _step = spot_of(tree, key)
    line = _line_at(tree, spot)
    is_last = spot.position == (len(line) - 1 if down else 0)
    if not is_last:
        step = line.pop(spot.position)
        line.insert(spot.position + (1 if down else -1), step)
    elif spot.parent:
        above, _parent = spot_of(tree, spot.parent)
        out = Spot(above.parent, above.branch, above.position + (1 if down else 0))
        move(tree, key, out)


def change(tree: Tree, key: str, settings: dict[str, Any]) -> None:
    """Give a step other settings. A variant that is renamed in its place keeps its
    steps. Raises ``BadStep``, also if a variant that still has steps would be gone.
    """
    _spot, step = spot_of(tree, key)
    clean = read_settings(step["kind"], settings)
    kind = KINDS[step["kind"]]
    before, after = kind.branches(step["settings"]), kind.branches(clean)
    lines = {name: _line(step, name) for name in before}
    renamed = {
        old: new
        for old, new in zip(before, after, strict=False)
        if old not in after and new not in before
    }
    kept = {renamed.get(name, name): line for name, line in lines.items()}
    for name, line in kept.items():
        if line and name not in after:
            sentence = _("“%(name)s” still has steps: move or delete them first.")
            raise BadStep(sentence % {"name": name})
    step["settings"] = clean
    step["branches"] = {name: kept.get(name, []) for name in after}


def _line(step: dict[str, Any], branch: str) -> Tree:
    return step.setdefault("branches", {}).setdefault(branch, [])


def _line_at(tree: Tree, spot: Spot) -> Tree:
    return _line(spot_of(tree, spot.parent)[1], spot.branch) if spot.parent else tree
