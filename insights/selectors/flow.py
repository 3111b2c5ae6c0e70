"""Real ways with names, kinds and links: what the flow chart and its tables show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from insights.selectors import health_links as links
from insights.selectors.health import Health
from insights.ways import START, stations, streams
from journeys.models import Phase

STEPS = 6
VARIANTS, MOST = 20, 200


class Kind(StrEnum):
    """How a move stands to the defined order."""

    DEFINED = "defined"
    SKIP = "skip"
    BACK = "back"
    LOST = "lost"

    @property
    def label(self) -> str:
        return str(LABELS[self])


LABELS = {
    Kind.DEFINED: _("As defined"),
    Kind.SKIP: _("Leaves phases out"),
    Kind.BACK: _("Goes back"),
    Kind.LOST: _("Deal lost"),
}


@dataclass(frozen=True, slots=True)
class NamedMove:
    """Contacts who went from one phase into another; ``source`` "" is where ways begin."""

    step: int | None
    source: str
    target: str
    kind: Kind
    moves: int
    contacts: int
    url: str


@dataclass(frozen=True, slots=True)
class NamedWay:
    phases: list[str]
    contacts: int
    share: float
    fitness: float
    url: str


class Flow:
    """The ways of a journey's health, told with the names of phases."""

    def __init__(self, found: Health) -> None:
        self.found = found
        self.phases: dict[int, Phase] = {
            row.phase.pk: row.phase for row in found.phases
        }
        self.places = {number: place for place, number in enumerate(found.order)}

    def kind(self, source: int, target: int) -> Kind:
        """Of a move; beginning anywhere but in the first phase leaves phases out."""
        if target not in self.places:
            return Kind.LOST
        before = self.places.get(source, -1 if source == START else len(self.places))
        step = self.places[target] - before
        if step == 1:
            return Kind.DEFINED
        return Kind.SKIP if step > 1 else Kind.BACK

    def moves(self) -> list[NamedMove]:
        """From phase to phase, the most frequent first."""
        return [
            NamedMove(
                step=None,
                source=self._name(move.source),
                target=self._name(move.target),
                kind=self.kind(move.source, move.target),
                moves=move.moves,
                contacts=move.contacts,
                url=self._url(went=f"{move.source}-{move.target}"),
            )
            for move in self.found.moves()
        ]

    def streams(self) -> list[NamedMove]:
        """The first stays, step by step."""
        return [
            NamedMove(
                step=stream.step + 1,
                source=self._name(stream.source),
                target=self._name(stream.target),
                kind=self.kind(stream.source, stream.target),
                moves=stream.contacts,
                contacts=stream.contacts,
                url=self._url(
                    went=f"{stream.source}-{stream.target}", went_step=stream.step + 1
                ),
            )
            for stream in streams(self.found.ways, steps=STEPS)
        ]

    def chart(self) -> dict[str, Any]:
        """What js/charts.js draws: phases step by step, and who went between them."""
        found = stations(self.found.ways, steps=STEPS)
        return {
            "kind": "flow",
            "nodes": [
                {"name": f"{step + 1}. {self._name(number)}", "value": count}
                for (step, number), count in sorted(found.items())
            ],
            "links": [
                {
                    "source": f"{move.step}. {move.source}",
                    "target": f"{(move.step or 0) + 1}. {move.target}",
                    "value": move.contacts,
                    "kind": move.kind,
                    "url": move.url,
                }
                for move in self.streams()
            ],
        }

    def ways(self, most: int = VARIANTS) -> tuple[list[NamedWay], int]:
        """The most frequent ways, and how many contacts took another."""
        variants = self.found.variants()
        shown = [
            NamedWay(
                phases=self._names(variant.way),
                contacts=variant.contacts,
                share=variant.share,
                fitness=variant.fitness,
                url=links.way_url(self.found.journey, self.found.span, variant.way),
            )
            for variant in variants[:most]
        ]
        return shown, sum(variant.contacts for variant in variants[most:])

    def _name(self, number: int) -> str:
        return self.phases[number].name if number in self.phases else ""

    def _names(self, way: Sequence[int]) -> list[str]:
        return [self._name(number) for number in way]

    def _url(self, **query: str | int) -> str:
        return links.moved_url(self.found.journey, self.found.span, **query)
