"""Steps that change the contact, by the verbs that everybody uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from campaigns.models.sequence import Step
from campaigns.steps.kinds import (
    BadStep,
    Go,
    Outcome,
    Run,
    StepKind,
    only,
    register_kind,
)
from contacts.services.contacts import update_contacts
from contacts.values import errors_of
from journeys.models import Phase
from journeys.services.visits import move_contacts

# What a sequence must not do: who somebody is, and whose, is for people to say.
FIXED = {"id", "email", "owner", "tags", "add_tags", "remove_tags"}


def read_set_field(settings: dict[str, Any]) -> dict[str, Any]:
    """``{"field": "job_title" or "custom.<key>", "value": ...}``."""
    only(settings, "field", "value")
    field = settings.get("field")
    if not isinstance(field, str) or not field or field in FIXED:
        raise BadStep(_("Choose a field of the contact that a sequence may set."))
    [errors] = errors_of([{"email": "a@example.com", **_data(settings)}])
    if errors:
        raise BadStep(str(errors[0]))
    return {"field": field, "value": settings.get("value")}


def set_field(runs: Sequence[Run]) -> list[Outcome]:
    settings = runs[0].step.settings
    _update(runs, _data(settings))
    return [Go(note=settings["field"]) for _run in runs]


def read_tag(settings: dict[str, Any]) -> dict[str, Any]:
    """``{"add": [...], "remove": [...]}``."""
    only(settings, "add", "remove")
    clean = {name: settings.get(name, []) for name in ("add", "remove")}
    if not any(clean.values()):
        raise BadStep(_("Say which tags to add or to remove."))
    data = {"email": "a@example.com"}
    [errors] = errors_of(
        [data | {"add_tags": clean["add"], "remove_tags": clean["remove"]}]
    )
    if errors:
        raise BadStep(str(errors[0]))
    return clean


def tag(runs: Sequence[Run]) -> list[Outcome]:
    settings = runs[0].step.settings
    _update(runs, {"add_tags": settings["add"], "remove_tags": settings["remove"]})
    return [Go() for _run in runs]


def read_move(settings: dict[str, Any]) -> dict[str, Any]:
    """``{"phase": id}``: a phase of marketing; sales gets contacts by handoffs."""
    only(settings, "phase")
    phase_id = settings.get("phase")
    is_number = isinstance(phase_id, int) and not isinstance(phase_id, bool)
    marketing = Phase.objects.filter(stage=Phase.Stage.MARKETING)
    if not is_number or not marketing.filter(pk=phase_id).exists():
        raise BadStep(_("Choose a phase of marketing."))
    return {"phase": phase_id}


def move(runs: Sequence[Run]) -> list[Outcome]:
    first = runs[0]
    phase = Phase.objects.filter(pk=first.step.settings["phase"]).first()
    if phase is None:
        return [Go(note="gone") for _run in runs]
    move_contacts(
        contact_ids={run.contact.pk for run in runs},
        phase=phase,
        by=None,
        at=first.at,
        reason=first.enrollment.sequence.name[:200],
    )
    return [Go(note=phase.name[:200]) for _run in runs]


def _data(settings: dict[str, Any]) -> dict[str, Any]:
    family, _dot, key = settings["field"].partition(".")
    if key and family == "custom":
        return {"custom": {key: settings.get("value")}}
    return {settings["field"]: settings.get("value")}


def _update(runs: Sequence[Run], data: dict[str, Any]) -> None:
    changed = update_contacts(
        contact_ids={run.contact.pk for run in runs},
        data=data,
        by=None,
        at=runs[0].at,
        source=f"sequence {runs[0].enrollment.sequence_id}",
    )
    for run in runs:  # a condition that comes next is to see it
        run.enrollment.contact = changed[run.contact.pk]


def register() -> None:
    register_kind(Step.Kind.SET_FIELD, StepKind(read_set_field, set_field))
    register_kind(Step.Kind.TAG, StepKind(read_tag, tag))
    register_kind(Step.Kind.MOVE, StepKind(read_move, move))
