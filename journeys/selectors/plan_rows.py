"""A plan in words, for the pages that show a draft, a version or the process."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from journeys.carriers import Carrier, carrier_named, ref_of
from journeys.models import Measure, Phase, TeamMember
from journeys.models.interaction import Channel
from journeys.plan_costs import cost_text
from journeys.selectors.carrying import names_of
from journeys.selectors.snapshots import PlanDocument
from journeys.selectors.versions import Describe, condition_texts

CHANNELS = dict(Channel.choices)
DIRECTIONS = dict(Measure.Direction.choices)
STAGES = dict(Phase.Stage.choices)


@dataclass(slots=True)
class MeasureRow:
    part: dict[str, Any]
    team: str
    costs: list[str]
    # As the plan names them; pages of the plan in force ask for more.
    carriers: list[Carrier]

    @property
    def number(self) -> int:
        """Of its row; 0 for one that is not published yet."""
        key = self.part["key"]
        return int(key) if key.isdecimal() else 0

    @property
    def how(self) -> str:
        """Which way it goes, by which channel: "Pull, Website"."""
        direction = DIRECTIONS.get(self.part["direction"], self.part["direction"])
        channel = CHANNELS.get(self.part["channel"], self.part["channel"])
        return f"{direction}, {channel}"


@dataclass(slots=True)
class PhaseRow:
    number: int
    part: dict[str, Any]
    team: str
    entry: str
    exit: str
    target: str
    measures: list[MeasureRow] = field(default_factory=list)
    # Who is in the team now.
    members: list[str] = field(default_factory=list)

    @property
    def stage(self) -> str:
        return str(STAGES.get(self.part["stage"], self.part["stage"]))


@dataclass(slots=True)
class PlanWords:
    """A plan, part by part, as people read it."""

    plan: PlanDocument
    segment: str
    goal: str
    target: str
    phases: list[PhaseRow]


def in_words(plan: PlanDocument, *, with_members: bool = False) -> PlanWords:
    """The plan as it reads; with who is in its teams now, in one query more."""
    teams, segments = plan["names"]["teams"], plan["names"]["segments"]
    carriers = plan["names"].get("carriers", {})
    phases, words = plan["phases"], condition_texts()
    rows = []
    for number, part in enumerate(phases, start=1):
        measures = [
            MeasureRow(
                measure,
                teams.get(str(measure["team"]), ""),
                [cost_text(cost) for cost in measure.get("costs", [])],
                [carrier_named(c, carriers) for c in measure.get("carriers", [])],
            )
            for measure in part["measures"]
        ]
        rows.append(
            PhaseRow(
                number=number,
                part=part,
                team=teams.get(str(part["team"]), ""),
                entry=entry_text(part, is_first=number == 1, plan=plan, words=words),
                exit=exit_text(part, plan=plan, words=words),
                target=days_text(part["target_days"]),
                measures=measures,
            )
        )
    if with_members:
        names = members_of({part["team"] for part in phases} - {None})
        for row in rows:
            row.members = names.get(row.part["team"], [])
    return PlanWords(
        plan=plan,
        segment=segments.get(str(plan["segment"]), ""),
        goal=words(plan["goal"]),
        target=days_text(plan["target_days"]),
        phases=rows,
    )


def mark_gone(words: PlanWords) -> None:
    """Say of what is to carry measures out if there is no such thing any more."""
    rows = [row for phase in words.phases for row in phase.measures]
    there = names_of(part for row in rows for part in row.part["carriers"])
    for row in rows:
        row.carriers = [
            carrier if ref_of(part) in there else replace(carrier, state=_("gone"))
            for part, carrier in zip(row.part["carriers"], row.carriers, strict=True)
        ]


def members_of(team_ids: set[int]) -> dict[int, list[str]]:
    """Team id -> names of its members, who leads it first. One query."""
    found: dict[int, list[str]] = {}
    members = TeamMember.objects.filter(team__in=team_ids, user__is_active=True)
    for member in members.select_related("user").order_by("-is_lead", "pk"):
        found.setdefault(member.team_id, []).append(str(member.user))
    return found


def days_text(days: int | None) -> str:
    if not days:
        return ""
    return ngettext("%(n)s day at most", "%(n)s days at most", days) % {"n": days}


def entry_text(
    part: dict[str, Any], *, is_first: bool, plan: PlanDocument, words: Describe
) -> str:
    """How contacts come into a phase, as a sentence without a full stop."""
    if is_first and plan["segment"] and part["stage"] == Phase.Stage.MARKETING:
        return _("as soon as they belong to the segment")
    if part["stage"] == Phase.Stage.MARKETING:
        if not part["entry_condition"]:
            return _("by hand")
        return _("when %(condition)s") % {"condition": words(part["entry_condition"])}
    if part["outcome"]:
        won = part["outcome"] == Phase.Outcome.WON
        return _("when a deal is won") if won else _("when a deal is lost")
    if part["stage"] == Phase.Stage.HANDOFF:
        return _("when they become sales-ready")
    sales = [p for p in plan["phases"] if p["stage"] == Phase.Stage.SALES]
    if sales[0]["key"] == part["key"]:
        return _("when sales accepts the handoff")
    return _("by hand, as talks go on")


def exit_text(part: dict[str, Any], *, plan: PlanDocument, words: Describe) -> str:
    """How contacts leave a phase by themselves; "" if only what follows takes them."""
    if not part["exit_condition"]:
        return ""
    said = {"condition": words(part["exit_condition"])}
    marketing = [p for p in plan["phases"] if p["stage"] == Phase.Stage.MARKETING]
    is_last = bool(marketing) and marketing[-1]["key"] == part["key"]
    if part["exit_leads"] == Phase.ExitLeads.OUT:
        return _("when %(condition)s: out of the journey") % said
    if not is_last:
        return _("when %(condition)s: on to the next phase") % said
    if len(marketing) < len(plan["phases"]):
        return _("when %(condition)s; then they wait for the handoff") % said
    return _("when %(condition)s: the journey ends") % said
