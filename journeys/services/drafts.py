"""Working on a plan before contacts follow it: a draft, changed part by part."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.conditions.validation import validate
from journeys.models import Journey, JourneyDraft, JourneyVersion
from journeys.selectors.snapshots import (
    PlanDocument,
    fill_in,
    measure_in,
    measures_of,
    note_names,
    phase_in,
    plan_of,
    seen,
)
from journeys.selectors.versions import draft_of, latest_number
from journeys.services.plan_checks import (
    NameTwice,
    check_conditions,
    check_phase,
    check_whole,
)
from journeys.services.planned_carriers import check_carriers
from journeys.services.planned_costs import check_costs
from leadhub.errors import DomainError, InvalidValue


class DraftChanged(DomainError):
    """Somebody else has changed the same part since it was read."""

    code = "draft_changed"


class NoSuchPart(DomainError):
    code = "no_such_part"


class NamesAreRead(InvalidValue):
    """What others are called is noted by ourselves."""

    code = "read_only"
    attr = "plan.names"


@transaction.atomic
def change_draft(
    *, journey: Journey, values: dict[str, Any], by: User, at: datetime, mark: str = ""
) -> JourneyDraft:
    """Change what the draft says of the journey itself; begin one if there is none.

    ``mark`` is ``seen(...)`` of the part that was read: raises ``DraftChanged`` if
    somebody else has changed it since. Raises ``InvalidCondition``.
    """
    if values.get("goal"):
        validate(values["goal"], attr="goal")

    def change(plan: PlanDocument) -> None:
        own = {name: plan[name] for name in values}
        _check_mark(own, mark)
        plan |= values
        note_names(plan)

    return _change(journey, change, by=by, at=at)


@transaction.atomic
def put_phase(
    *, journey: Journey, part: dict[str, Any], by: User, at: datetime, mark: str = ""
) -> JourneyDraft:
    """Change the phase with the key of ``part``, or add it at the end.

    It takes an outcome of deals over from the phase that had it. ``mark`` as in
    ``change_draft``. Raises ``InvalidCondition``, ``NameTwice``, ``NoExitFromSales``,
    ``DraftChanged``.
    """
    check_phase(part)

    def change(plan: PlanDocument) -> None:
        known = phase_in(plan, part["key"])
        others = [phase for phase in plan["phases"] if phase is not known]
        if part["name"].casefold() in {phase["name"].casefold() for phase in others}:
            raise NameTwice(_("The journey has a phase of this name."))
        for other in others:
            if part["outcome"] and other["outcome"] == part["outcome"]:
                other["outcome"] = ""
        if known is None:
            if mark:
                raise NoSuchPart(_("Somebody has removed this from the draft."))
            plan["phases"].append({**part, "measures": []})
        else:
            own = {name: known[name] for name in part}
            _check_mark(own, mark)
            known |= part
        note_names(plan)

    return _change(journey, change, by=by, at=at)


@transaction.atomic
def move_phase(
    *, journey: Journey, key: str, position: int, by: User, at: datetime
) -> JourneyDraft:
    """Make a phase of the draft number ``position``, counted from 1."""

    def change(plan: PlanDocument) -> None:
        phase = _found(phase_in(plan, key))
        plan["phases"].remove(phase)
        plan["phases"].insert(max(position, 1) - 1, phase)

    return _change(journey, change, by=by, at=at)


@transaction.atomic
def drop_phase(*, journey: Journey, key: str, by: User, at: datetime) -> JourneyDraft:
    """Take a phase, with its measures, out of the draft. Again: changes nothing."""

    def change(plan: PlanDocument) -> None:
        plan["phases"] = [phase for phase in plan["phases"] if phase["key"] != key]

    return _change(journey, change, by=by, at=at)


@transaction.atomic
def put_measure(
    *,
    journey: Journey,
    phase_key: str,
    part: dict[str, Any],
    by: User,
    at: datetime,
    mark: str = "",
) -> JourneyDraft:
    """Change the measure with the key of ``part``, or add it; it is in that phase then.

    It takes what carries it out over from the measure that had it; without ``costs`` or
    ``carriers`` it keeps what it has. ``mark`` as in ``change_draft``. Raises
    ``NoSuchPart``, ``DraftChanged``, and what ``check_costs`` and ``check_carriers`` do.
    """

    def change(plan: PlanDocument) -> None:
        phase = _found(phase_in(plan, phase_key))
        new: dict[str, Any] = {"costs": [], "carriers": []}
        if known := measure_in(plan, part["key"]):
            was_in, measure = known
            _check_mark(measure, mark)
            new |= measure
        elif mark:
            raise NoSuchPart(_("Somebody has removed this from the draft."))
        new |= part
        check_costs([("", new)], at=at)
        check_carriers(journey, [("", new)], names=plan["names"]["carriers"])
        for _within, other in measures_of(plan):
            other["carriers"] = [
                c for c in other["carriers"] if c not in new["carriers"]
            ]
        if known and was_in is phase:
            measure |= new
        else:
            if known:
                was_in["measures"].remove(measure)
            phase["measures"].append(new)
        note_names(plan)

    return _change(journey, change, by=by, at=at)


@transaction.atomic
def drop_measure(*, journey: Journey, key: str, by: User, at: datetime) -> JourneyDraft:
    """Take a measure out of the draft. Again: changes nothing."""

    def change(plan: PlanDocument) -> None:
        for phase in plan["phases"]:
            phase["measures"] = [m for m in phase["measures"] if m["key"] != key]

    return _change(journey, change, by=by, at=at)


@transaction.atomic
def replace_draft(
    *, journey: Journey, plan: PlanDocument, by: User, at: datetime
) -> JourneyDraft:
    """Make ``plan``, for one that of an old version, what the draft says.

    But for what measures cost, which stays as it is now: days have passed since.
    """

    def change(draft: PlanDocument) -> None:
        check_conditions(plan)
        fill_in(plan, at=at, costs_anew=True)
        draft.clear()
        draft.update(plan)

    return _change(journey, change, by=by, at=at)


@transaction.atomic
def begin_draft(
    *, journey: Journey, by: User, at: datetime
) -> tuple[JourneyDraft, bool]:
    """Begin a draft that says what the plan says. (The one there is, False) if there is."""
    locked = Journey.objects.select_for_update(no_key=True).get(pk=journey.pk)
    if draft := draft_of(locked):
        return draft, False
    return _change(locked, lambda plan: None, by=by, at=at), True


@transaction.atomic
def write_draft(
    *, journey: Journey, plan: PlanDocument, revision: int, by: User, at: datetime
) -> JourneyDraft:
    """Make ``plan`` all that the draft says; begin one if there is none.

    ``revision`` is that of the draft that was read, 0 if there was none: raises
    ``DraftChanged`` if it is another by now. ``plan["names"]``, if it is there, is as it
    was read. A measure that says nothing of its costs, or of what carries it out, keeps
    them. Raises what ``check_whole`` raises, with the path to what is wrong.
    """

    def change(draft: PlanDocument) -> None:
        names = draft["names"]
        if plan.get("names", names) != names:
            raise NamesAreRead(_("This cannot be set."))
        for _within, part in measures_of(plan):
            known = measure_in(draft, part["key"])
            for name in ("costs", "carriers"):
                part.setdefault(name, known[1][name] if known else [])
        check_whole(journey, plan, before=draft, at=at)
        draft.update({**plan, "names": names})
        note_names(draft)

    return _change(journey, change, by=by, at=at, revision=revision)


@transaction.atomic
def restore_version(*, version: JourneyVersion, by: User, at: datetime) -> JourneyDraft:
    """Make a draft of what a version says; contacts notice once it is published."""
    return replace_draft(journey=version.journey, plan=version.plan, by=by, at=at)


@transaction.atomic
def discard_draft(*, journey: Journey) -> None:
    """Throw the draft away. Again: changes nothing."""
    JourneyDraft.objects.filter(journey=journey).delete()


def _change(
    journey: Journey,
    change: Callable[[PlanDocument], None],
    *,
    by: User,
    at: datetime,
    revision: int | None = None,
) -> JourneyDraft:
    """Change the draft under a lock, or a new one that says what the plan says.

    Only that of ``revision``, if one is told.
    """
    locked = Journey.objects.select_for_update(no_key=True).get(pk=journey.pk)
    draft = draft_of(locked)
    if draft is None:
        number = latest_number(locked)
        draft = JourneyDraft(
            journey=locked, plan=plan_of(locked, at=at), based_on=number, revision=0
        )
    if revision not in (None, draft.revision):
        raise DraftChanged(_("The draft has changed since you read it. Read it again."))
    change(draft.plan)
    draft.revision += 1
    draft.updated_at, draft.updated_by = at, by
    draft.save()
    return draft


def _check_mark(part: Any, mark: str) -> None:
    if mark and seen(part) != mark:
        raise DraftChanged(
            _(
                "Somebody else has changed this while you were editing. What you see "
                "is yours; save it again to replace theirs."
            )
        )


def _found(part: Any) -> Any:
    if part is None:
        raise NoSuchPart(_("Somebody has removed this from the draft."))
    return part
