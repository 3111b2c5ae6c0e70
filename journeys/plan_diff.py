"""What two plans differ in, in words. Pure: no database, no clock.

Phases and measures are told apart by their keys, so that a new name is a new name and
not another phase. Of phases in another order the fewest are said to have moved: those
outside the longest row of phases that kept their order (Fredman, "On computing the
length of longest increasing subsequences", 1975).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journeys.carriers import carrier_named
from journeys.models import Measure, Phase
from journeys.models.interaction import Channel
from journeys.plan_costs import cost_text, costs_apart

Document = dict[str, Any]
Describe = Callable[[Document], str]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: what it is about, and what was and is said of it."""

    kind: str  # "added", "removed", "moved" or "changed"
    about: str  # "journey", "phase" or "measure"
    name: str  # of the phase or measure
    key: str
    label: str
    old: str = ""
    new: str = ""

    @property
    def sentence(self) -> str:
        """In one line, for programs and for reading aloud."""
        words = {"name": self.name, "what": self.label}
        words |= {"old": self.old or "–", "new": self.new or "–"}
        if self.kind == "changed" and self.about == "journey":
            return _("%(what)s: %(new)s instead of %(old)s") % words
        return _SENTENCES[self.about, self.kind] % words


_SENTENCES = {
    ("phase", "added"): gettext_lazy("Phase %(name)s added"),
    ("phase", "removed"): gettext_lazy("Phase %(name)s removed"),
    ("phase", "moved"): gettext_lazy(
        "Phase %(name)s moved: %(new)s instead of %(old)s"
    ),
    ("phase", "changed"): gettext_lazy(
        "Phase %(name)s, %(what)s: %(new)s instead of %(old)s"
    ),
    ("measure", "added"): gettext_lazy("Measure %(name)s added to %(new)s"),
    ("measure", "removed"): gettext_lazy("Measure %(name)s removed from %(old)s"),
    ("measure", "moved"): gettext_lazy(
        "Measure %(name)s moved to %(new)s instead of %(old)s"
    ),
    ("measure", "changed"): gettext_lazy(
        "Measure %(name)s, %(what)s: %(new)s instead of %(old)s"
    ),
}

LABELS = {
    "name": gettext_lazy("name"),
    "description": gettext_lazy("description"),
    "segment": gettext_lazy("segment"),
    "goal": gettext_lazy("goal"),
    "ends_at_goal": gettext_lazy("who reaches the goal"),
    "target_days": gettext_lazy("target time"),
    "stage": gettext_lazy("stage"),
    "team": gettext_lazy("team"),
    "outcome": gettext_lazy("deals that end here"),
    "entry_condition": gettext_lazy("entry condition"),
    "exit_condition": gettext_lazy("exit condition"),
    "exit_leads": gettext_lazy("the exit leads"),
    "direction": gettext_lazy("direction"),
    "channel": gettext_lazy("channel"),
    "url": gettext_lazy("content"),
    "utm_campaign": gettext_lazy("UTM campaign"),
    "costs": gettext_lazy("costs"),
    "carriers": gettext_lazy("carried out by"),
}
# In the order in which they are told, here and in forms.
JOURNEY = ("name", "description", "segment", "goal", "ends_at_goal", "target_days")
PHASE = (
    *("name", "stage", "team", "target_days", "outcome"),
    *("entry_condition", "exit_condition", "exit_leads"),
)
MEASURE = ("name", "direction", "channel", "team", "url", "utm_campaign")


def diff(
    old: Document, new: Document, *, describe: Describe, day: date
) -> list[Change]:
    """What is different in ``new``, phase by phase in its order, removals last.

    ``describe`` puts a condition into words. Costs that were over by ``day`` are no
    difference: what was spent is no plan.
    """
    words = _Words(old, new, describe, day)
    before = {phase["key"]: phase for phase in old["phases"]}
    after = {phase["key"]: phase for phase in new["phases"]}
    changes = list(words.values("journey", "", "", JOURNEY, old, new))
    moved = moved_keys([*before], [*after])
    for place, (key, phase) in enumerate(after.items(), start=1):
        name = phase["name"]
        if key not in before:
            changes.append(Change("added", "phase", name, key, ""))
            continue
        if key in moved:
            was, now = _place([*before].index(key) + 1), _place(place)
            changes.append(Change("moved", "phase", name, key, "", was, now))
        changes += words.values("phase", name, key, PHASE, before[key], phase)
    changes += words.measures()
    gone = [phase for key, phase in before.items() if key not in after]
    changes += [Change("removed", "phase", p["name"], p["key"], "") for p in gone]
    return changes


def moved_keys(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """The fewest of those in both that are said to have moved."""
    place = {key: number for number, key in enumerate(old)}
    common = [key for key in new if key in place]
    tails: list[int] = []  # the lowest end of a row of each length
    length: list[int] = []
    for key in common:
        at = bisect_left(tails, place[key])
        tails[at : at + 1] = [place[key]]
        length.append(at)
    kept: set[str] = set()
    wanted = len(tails) - 1
    for key, reach in zip(reversed(common), reversed(length), strict=True):
        if reach == wanted:
            kept.add(key)
            wanted -= 1
    return set(common) - kept


def _place(number: int) -> str:
    return _("number %(place)s") % {"place": number}


class _Words:
    """What the values of both plans are called."""

    def __init__(
        self, old: Document, new: Document, describe: Describe, day: date
    ) -> None:
        self.old, self.new, self.describe, self.day = old, new, describe, day
        self.names: dict[str, dict[str, str]] = {
            what: {**old["names"].get(what, {}), **new["names"].get(what, {})}
            for what in ("segments", "teams", "carriers")
        }

    def values(
        self,
        about: str,
        name: str,
        key: str,
        fields: Sequence[str],
        old: Document,
        new: Document,
    ) -> Iterator[Change]:
        for field in fields:
            if old.get(field) != new.get(field):
                label = str(LABELS[field])
                was, now = (self.of(field, part.get(field)) for part in (old, new))
                yield Change("changed", about, name, key, label, was, now)

    def measures(self) -> Iterator[Change]:
        before, after = _measures_of(self.old), _measures_of(self.new)
        for key, (phase, measure) in after.items():
            name = measure["name"]
            if key not in before:
                yield Change("added", "measure", name, key, "", "", phase["name"])
                yield from self.lists(name, key, {"costs": [], "carriers": []}, measure)
                continue
            was, old = before[key]
            if was["key"] != phase["key"]:
                yield Change(
                    *("moved", "measure", name, key, "", was["name"], phase["name"])
                )
            yield from self.values("measure", name, key, MEASURE, old, measure)
            yield from self.lists(name, key, old, measure)
        for key, (phase, measure) in before.items():
            if key not in after:
                name = measure["name"]
                yield Change("removed", "measure", name, key, "", phase["name"])

    def lists(
        self, name: str, key: str, old: Document, new: Document
    ) -> Iterator[Change]:
        """What one of both alone says of a measure's costs and carriers.

        Nothing where one is from before plans said anything of them.
        """
        apart: dict[str, tuple[list[str], list[str]]] = {}
        if "costs" in old and "costs" in new:
            was, now = costs_apart(old["costs"], new["costs"], day=self.day)
            apart["costs"] = ([*map(cost_text, was)], [*map(cost_text, now)])
        if "carriers" in old and "carriers" in new:
            was, now = old["carriers"], new["carriers"]
            apart["carriers"] = (
                [self.carrier(part) for part in was if part not in now],
                [self.carrier(part) for part in now if part not in was],
            )
        for field, (gone, come) in apart.items():
            if gone or come:
                said = (str(LABELS[field]), "; ".join(gone), "; ".join(come))
                yield Change("changed", "measure", name, key, *said)

    def carrier(self, part: Document) -> str:
        carrier = carrier_named(part, self.names["carriers"])
        return f"{carrier.kind} {carrier.name}"

    def of(self, field: str, value: Any) -> str:
        """A value in words; "" for none."""
        if field == "ends_at_goal":
            return _("leaves the journey") if value else _("stays in it")
        if value in (None, "", {}):
            return ""
        if field in ("goal", "entry_condition", "exit_condition"):
            return self.describe(value)
        if field in ("segment", "team"):
            return self.names[f"{field}s"].get(str(value), _("one that is gone"))
        if field == "target_days":
            return ngettext("%(n)s day", "%(n)s days", value) % {"n": value}
        return str(_CHOICES.get(field, {}).get(value, value))


_CHOICES: dict[str, dict[str, Any]] = {
    "stage": dict(Phase.Stage.choices),
    "outcome": dict(Phase.Outcome.choices),
    "exit_leads": dict(Phase.ExitLeads.choices),
    "direction": dict(Measure.Direction.choices),
    "channel": dict(Channel.choices),
}


def _measures_of(plan: Document) -> dict[str, tuple[Document, Document]]:
    return {
        measure["key"]: (phase, measure)
        for phase in plan["phases"]
        for measure in phase["measures"]
    }
