"""What a row of ``make faults`` is, and how its line reads."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from tests.faults import rows

if TYPE_CHECKING:
    from tests.faults.world import World


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and the most it may be; None if it is only told."""

    name: str
    value: float
    most: float | None = 0

    @property
    def is_good(self) -> bool:
        return self.most is None or self.value <= self.most

    def __str__(self) -> str:
        number = f"{self.value:.3f}".rstrip("0").rstrip(".")
        limit = "" if self.most in (None, 0) else f" (at most {self.most:g})"
        return f"{self.name} {number}{limit}{'' if self.is_good else ' !'}"


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    run: Callable[[World], None]
    # How many of whatever the row is about. The short version is for "make test"; zero:
    # there is none.
    size: int
    short: int
    on: tuple[str, ...] = ("postgresql", "sqlite")

    @property
    def title(self) -> str:
        return (self.run.__doc__ or "").splitlines()[0]


@dataclass
class Result:
    row: Row
    size: int
    seed: int
    backend: str
    faults: int = 0
    seconds: float = 0.0
    figures: list[Figure] = field(default_factory=list)
    not_run: str = ""

    @property
    def is_good(self) -> bool:
        return (
            not self.not_run
            and bool(self.figures)
            and all(figure.is_good for figure in self.figures)
        )

    def __str__(self) -> str:
        if self.not_run:
            return f"{self.row.id} | {self.backend} | not run: {self.not_run}"
        verdict = "passed" if self.is_good else "FAILED"
        return (
            f"{self.row.id} | n {self.size} | faults {self.faults} | seed {self.seed} |"
            f" {self.seconds:.1f} s | {self.backend} |"
            f" {', '.join(map(str, self.figures))} | {verdict}"
        )


ROWS: dict[str, Row] = {}


def row(
    name: str,
    *,
    size: int,
    short: int = 0,
    on: str = "postgresql sqlite",
) -> Callable[[Callable[[World], None]], Callable[[World], None]]:
    """Make a function the row ``name``; its first line says what is injected."""

    def register(run: Callable[[World], None]) -> Callable[[World], None]:
        ROWS[name] = Row(name, run, size, short, tuple(on.split()))
        return run

    return register


def load_rows() -> dict[str, Row]:
    """All rows, in their order."""
    for module in iter_modules(rows.__path__):
        import_module(f"{rows.__name__}.{module.name}")
    return dict(sorted(ROWS.items(), key=lambda item: (item[0][0], int(item[0][1:]))))


def run_row(found: Row, world: World) -> Result:
    """Run it in ``world`` and clean up; a failure is a figure too."""
    began = time.monotonic()
    result = Result(found, world.size, world.seed, world.backend)
    try:
        with world:
            found.run(world)
    finally:
        result.seconds = time.monotonic() - began
        result.faults, result.figures = world.faults, world.figures
    return result
