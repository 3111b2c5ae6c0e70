"""What a plan may say, whoever writes it: pages part by part, or REST as a whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from contacts.conditions.validation import validate
from contacts.models import Segment
from journeys.models import Journey, Measure, Phase, Team
from journeys.selectors.snapshots import NEW, PlanDocument, measures_of, parts_of
from journeys.services.planned_carriers import check_carriers
from journeys.services.planned_costs import check_costs
from leadhub.errors import InvalidValue

CONDITIONS = ("entry_condition", "exit_condition")


class NameTwice(InvalidValue):
    code = "name_taken"
    attr = "name"


class OutcomeTwice(InvalidValue):
    code = "outcome_taken"


class NoExitFromSales(InvalidValue):
    code = "no_exit_from_sales"
    attr = "exit_condition"


class UnknownPart(InvalidValue):
    """A key that is of no phase, or no measure, of this journey."""

    code = "no_such_part"


class PartTwice(InvalidValue):
    code = "part_twice"


class DoesNotExist(InvalidValue):
    """It names a team or a segment that there is not."""

    code = "does_not_exist"


def check_phase(part: dict[str, Any], *, within: str = "") -> None:
    """Raises ``InvalidCondition`` and ``NoExitFromSales``, about a phase alone.

    ``within`` is the path to it in the document, with a dot at its end.
    """
    for name in CONDITIONS:
        if part[name]:
            validate(part[name], attr=f"{within}{name}")
    if part["exit_condition"] and part["stage"] != Phase.Stage.MARKETING:
        sentence = _("Conditions move nobody out of the handoff or out of sales.")
        raise NoExitFromSales(sentence, attr=f"{within}exit_condition")


def check_conditions(plan: PlanDocument) -> None:
    """Raises what ``check_phase`` raises, with the path: ``plan.phases.2.exit_condition``.

    What a stored plan says may have become wrong since.
    """
    if plan["goal"]:
        validate(plan["goal"], attr="plan.goal")
    for number, phase in enumerate(plan["phases"]):
        check_phase(phase, within=f"plan.phases.{number}.")


def check_whole(
    journey: Journey, plan: PlanDocument, *, before: PlanDocument, at: datetime
) -> None:
    """Raises what is wrong with a plan that somebody wrote as one document.

    ``before`` is what it takes the place of: keys, teams, segments and carriers may go
    on being named that are gone since.
    """
    check_conditions(plan)
    _check_names(plan)
    _check_keys(journey, plan, before)
    _check_others(plan, before)
    measures = list(measures_of(plan))
    check_costs(measures, at=at)
    check_carriers(journey, measures, names=before["names"]["carriers"])


def _check_names(plan: PlanDocument) -> None:
    names: set[str] = set()
    outcomes: set[str] = set()
    for number, phase in enumerate(plan["phases"]):
        where, name = f"plan.phases.{number}", phase["name"].casefold()
        if name in names:
            sentence = _("The journey has a phase of this name.")
            raise NameTwice(sentence, attr=f"{where}.name")
        if phase["outcome"] and phase["outcome"] in outcomes:
            sentence = _("Deals that end like this lead to another phase already.")
            raise OutcomeTwice(sentence, attr=f"{where}.outcome")
        names.add(name)
        outcomes.add(phase["outcome"])


def _check_keys(journey: Journey, plan: PlanDocument, before: PlanDocument) -> None:
    phases = Phase.ever.filter(journey=journey).values_list("pk", flat=True)
    measures = Measure.objects.filter(phase__journey=journey)
    known = {
        "phase": {str(pk) for pk in phases},
        "measure": {str(pk) for pk in measures.values_list("pk", flat=True)},
    }
    for kind, _where, part in parts_of(before):
        known[kind].add(part["key"])
    met: set[tuple[str, str]] = set()
    for kind, where, part in parts_of(plan):
        key = part["key"]
        if key not in known[kind] and not key.startswith(NEW):
            sentence = _("There is no such part. One that is new has no key.")
            raise UnknownPart(sentence, attr=f"{where}.key")
        if (kind, key) in met:
            raise PartTwice(_("This stands twice in the plan."), attr=f"{where}.key")
        met.add((kind, key))


def _check_others(plan: PlanDocument, before: PlanDocument) -> None:
    teams = {part["team"] for _kind, _where, part in parts_of(plan)} - {None}
    known = {int(pk) for pk in before["names"]["teams"]}
    known |= set(Team.objects.filter(pk__in=teams).values_list("pk", flat=True))
    for _kind, where, part in parts_of(plan):
        if part["team"] not in known | {None}:
            raise DoesNotExist(_("There is no such team."), attr=f"{where}.team")
    segment = plan["segment"]
    if segment is None or str(segment) in before["names"]["segments"]:
        return
    if not Segment.objects.filter(pk=segment).exists():
        raise DoesNotExist(_("There is no such segment."), attr="plan.segment")
