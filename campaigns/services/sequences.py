"""Writing sequences: a draft of steps, published as a version that stays as it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models import (
    Enrollment,
    EnrollmentEvent,
    Form,
    Sequence,
    SequenceEvent,
    Step,
)
from campaigns.models import SequenceVersion as Version
from campaigns.services.ending import end_runs
from campaigns.services.senders import sender_for_marketing
from campaigns.steps.plan import Plan
from campaigns.steps.tree import read_steps
from campaigns.tasks import advance_enrollments
from campaigns.timing import Window
from contacts.conditions.validation import validate
from contacts.models import Segment
from journeys.conditions import validate_when
from journeys.models import Phase
from journeys.services.carrying import carrying
from leadhub.errors import DomainError, InvalidValue
from leadhub.queue import enqueue

CHANGED = ("updated_at", "updated_by")


class SequenceNameTaken(DomainError):
    code = "name_taken"


class NothingToPublish(DomainError):
    code = "nothing_to_publish"


class SequenceInUse(DomainError):
    code = "sequence_in_use"


class BadTrigger(InvalidValue):
    code = "bad_trigger"
    attr = "trigger_settings"


class BadWindow(InvalidValue):
    code = "bad_window"
    attr = "send_days"


@transaction.atomic
def save_sequence(
    *, sequence: Sequence, steps: Any = None, by: User | None, at: datetime
) -> Sequence:
    """Store a new or changed sequence, and with ``steps`` its draft: see ``save_draft``.

    Raises ``SequenceNameTaken``, ``BadTrigger``, ``BadWindow``, and what conditions and
    steps raise.
    """
    if sequence.pk is None:
        sequence.created_by = by
    sequence.trigger_settings = read_trigger(
        sequence.trigger, sequence.trigger_settings
    )
    if sequence.goal:
        validate(sequence.goal, attr="goal")
    try:
        Window(frozenset(sequence.send_days), sequence.send_from, sequence.send_until)
    except (TypeError, ValueError) as error:
        sentence = _("Choose at least one day, and an end that is after the beginning.")
        raise BadWindow(sentence) from error
    sequence.updated_at, sequence.updated_by = at, by
    measure_id = sequence.measure_id
    try:
        with carrying("sequence", sequence, measure_id=measure_id, by=by, at=at):
            sequence.save()
    except IntegrityError as error:
        raise SequenceNameTaken(_("Another sequence has this name.")) from error
    if steps is not None:
        save_draft(sequence=sequence, steps=steps, by=by, at=at)
    return sequence


def read_trigger(trigger: str, settings: Any) -> dict[str, Any]:
    """Clean settings of a trigger. Raises ``BadTrigger``."""
    if not isinstance(settings, dict):
        raise BadTrigger(_("Settings are names and values."))
    if trigger == Sequence.Trigger.INTERACTION:
        validate_when(settings.get("when"), attr="trigger_settings.when")
        return {"when": settings["when"]}
    models = {
        Sequence.Trigger.SEGMENT: ("segment", Segment),
        Sequence.Trigger.FORM: ("form", Form),
        Sequence.Trigger.PHASE: ("phase", Phase),
    }
    if trigger not in models:
        return {}
    name, model = models[Sequence.Trigger(trigger)]
    pk = settings.get(name)
    is_number = isinstance(pk, int) and not isinstance(pk, bool)
    if not is_number or not model.objects.filter(pk=pk).exists():
        raise BadTrigger(_("Choose what lets contacts enter."))
    return {name: pk}


@transaction.atomic
def save_draft(
    *, sequence: Sequence, steps: Any, by: User | None, at: datetime
) -> Version:
    """Replace the draft's steps by these; make a draft if there is none.

    ``steps`` is nested as in ``campaigns.steps.tree``. Nobody who is in the sequence
    notices before it is published. Raises ``BadStep``.
    """
    drafts = read_steps(steps)
    # Two editors: the second waits, and its steps count.
    locked = Sequence.objects.select_for_update(no_key=True).get(pk=sequence.pk)
    locked.updated_at, locked.updated_by = at, by
    locked.save(update_fields=CHANGED)
    version = Version.objects.filter(sequence=sequence, published_at=None).first()
    if version is None:
        latest = Version.objects.filter(sequence=sequence).aggregate(n=Max("number"))
        version = Version.objects.create(
            sequence=sequence, number=(latest["n"] or 0) + 1
        )
    version.steps.all().delete()
    stored: dict[str, Step] = {}
    for draft in drafts:
        stored[draft.key] = Step.objects.create(
            version=version,
            key=draft.key,
            kind=draft.kind,
            settings=draft.settings,
            parent=stored[draft.parent] if draft.parent else None,
            branch=draft.branch,
            position=draft.position,
        )
    return version


@transaction.atomic
def publish_draft(
    *, sequence: Sequence, moves_people: bool, note: str, by: User, at: datetime
) -> Version:
    """Let the draft be what contacts go through from now on, and start the sequence.

    Those in the middle keep their version, or with ``moves_people`` go on in the new
    one: at the step with the same key, or at the first later one that is still there.

    Raises ``NothingToPublish``, and what a sender that is not set up raises.
    """
    sequence = Sequence.objects.select_for_update(no_key=True).get(pk=sequence.pk)
    version = Version.objects.filter(sequence=sequence, published_at=None).first()
    if version is None or not version.steps.exists():
        raise NothingToPublish(_("There is no draft with steps."))
    if version.steps.filter(kind=Step.Kind.MAIL).exists():
        sender_for_marketing()
    version.published_at, version.published_by, version.note = at, by, note[:300]
    version.save(update_fields=["published_at", "published_by", "note"])
    if sequence.status == Sequence.Status.DRAFT:
        sequence.status, sequence.looked_until = Sequence.Status.ACTIVE, at
    sequence.updated_at, sequence.updated_by = at, by
    sequence.save(update_fields=["status", "looked_until", *CHANGED])
    _note(sequence, "published", by=by, at=at, number=version.number, note=note[:300])
    if moves_people:
        _move_people(sequence, version, at=at)
    return version


@transaction.atomic
def set_status(
    *, sequence: Sequence, status: str, at: datetime, by: User | None = None
) -> Sequence:
    """Pause, close or go on. Safe to repeat. Raises ``NothingToPublish``.

    While it is paused mails that are planned wait, and runs have no moment at which they
    are due, so that the scheduler does not pass over them again and again; who would
    have entered meanwhile does not enter later.
    """
    sequence = Sequence.objects.select_for_update(no_key=True).get(pk=sequence.pk)
    published = sequence.versions.filter(published_at__isnull=False)
    if status != Sequence.Status.DRAFT and not published.exists():
        raise NothingToPublish(_("Publish the sequence first."))
    if sequence.status != status:
        sequence.status, sequence.looked_until = Sequence.Status(status), at
        sequence.updated_at, sequence.updated_by = at, by
        sequence.save(update_fields=["status", "looked_until", *CHANGED])
        runs = Enrollment.objects.active().filter(sequence=sequence)
        if status == Sequence.Status.PAUSED:
            runs.update(due_at=None)
        elif runs.filter(due_at=None).update(due_at=at):
            enqueue(advance_enrollments)
        _note(sequence, "status", by=by, at=at, status=status)
    return sequence


@transaction.atomic
def delete_sequence(*, sequence: Sequence) -> None:
    """Delete a sequence that nobody is or was in. Raises ``SequenceInUse``."""
    sequence = Sequence.objects.select_for_update(no_key=True).get(pk=sequence.pk)
    if sequence.enrollments.exists():
        raise SequenceInUse(_("Contacts have been in it. Close it instead."))
    sequence.delete()


def _note(
    sequence: Sequence, kind: str, *, by: User | None, at: datetime, **facts: Any
) -> None:
    SequenceEvent.objects.create(
        sequence=sequence, kind=kind, by=by, at=at, facts=facts
    )


def _move_people(sequence: Sequence, version: Version, *, at: datetime) -> None:
    runs = Enrollment.objects.active().filter(sequence=sequence)
    rows = list(
        runs.exclude(version=version)
        .select_for_update(no_key=True, of=("self",))
        .select_related("step")
        .order_by("pk")
    )
    new = Plan(version.steps.all()).by_key()
    old = {
        pk: Plan(Step.objects.filter(version=pk))
        for pk in {row.version_id for row in rows}
    }
    through = []
    for row in rows:
        before, row.version = row.step, version
        if before is None:
            continue
        row.step = _place(before, old[before.version_id], new)
        if row.step is None:
            through.append(row)
        elif row.step.key != before.key:
            row.step_at, row.due_at = None, at
    Enrollment.objects.bulk_update(rows, ["version", "step", "step_at", "due_at"])
    EnrollmentEvent.objects.bulk_create(
        EnrollmentEvent(
            enrollment=row,
            kind=EnrollmentEvent.Kind.MOVED,
            at=at,
            step=row.step,
            note=f"{version.number}",
        )
        for row in rows
    )
    end_runs(rows=through, end=Enrollment.End.DONE, at=at)


def _place(step: Step, old: Plan, new: dict[str, Step]) -> Step | None:
    """Where to go on in the new version; None: nothing that was ahead is left."""
    ahead: Step | None = old.by_pk[step.pk]
    while ahead is not None and ahead.key not in new:
        ahead = old.next(ahead)
    return new[ahead.key] if ahead else None
