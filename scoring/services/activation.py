"""Publishing a scoring model, and counting everybody again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Job, User
from accounts.services.jobs import start_job
from accounts.services.running import Progress, job_runner
from contacts.models import Contact
from leadhub.copying import insert_rows
from leadhub.errors import InvalidValue
from scoring.models import Crossing, Score, ScoringModel, StaleMark
from scoring.services.batches import recompute_batch


class UnknownTreatment(InvalidValue):
    attr = "existing"


@transaction.atomic
def activate_model(
    *,
    model: ScoringModel,
    existing: str,
    by: User | None,
    at: datetime,
    note: str = "",
) -> Job:
    """Let ``model`` count from now on instead of the one that did, and rescore all.

    ``existing`` says what becomes of contacts that are ready by it as they are:
    ``mark_seen`` leaves them be, until they have cooled down and come back;
    ``hand_off`` hands each of them off that sales has not got already. What happens
    from now on crosses the threshold either way.

    Activating the one that counts counts everybody again, and changes nothing else.
    Raises ``UnknownTreatment``.
    """
    if existing not in ScoringModel.Existing.values:
        raise UnknownTreatment(_("Choose mark_seen or hand_off."))
    if not isinstance(note, str) or len(note) > 300 or "\0" in note:
        raise InvalidValue(_("Use at most 300 characters."), attr="note")
    rivals = ScoringModel.objects.select_for_update(no_key=True).filter(
        journey=model.journey_id
    )
    model = next(row for row in rivals.order_by("pk") if row.pk == model.pk)
    if not model.is_active:
        rivals.filter(is_active=True).update(
            is_active=False, updated_at=at, updated_by=by
        )
        model.is_active = True
        model.activated_at = at
        model.existing = existing
        model.note = note
        model.updated_at, model.updated_by = at, by
        model.save(
            update_fields=[
                "is_active",
                "activated_at",
                "existing",
                "note",
                "updated_at",
                "updated_by",
            ]
        )
    return rescore_everybody(by=by, at=at)


def rescore_everybody(*, by: User | None, at: datetime) -> Job:
    """Start counting all scores again."""
    return start_job(
        kind=Job.Kind.RESCORE,
        owner=by,
        params={},
        total=Contact.objects.count(),
        at=at,
    )


@job_runner(Job.Kind.RESCORE)
def rescore(job: Job, progress: Progress) -> dict[str, Any]:
    """Count everybody who was not counted since the job was asked for.

    So a run that takes over goes on where the last one was killed.
    """
    for contact_ids in unscored_batches(since=job.created_at):
        rescore_contacts(contact_ids=contact_ids, at=timezone.now())
        progress.advance(len(contact_ids))
    ready = Score.objects.filter(is_ready=True).count()
    crossed = Crossing.objects.filter(at__gte=job.created_at).count()
    return {"ready": ready, "crossed": crossed}


def rescore_contacts(*, contact_ids: Collection[int], at: datetime) -> None:
    """Mark these contacts and count them at once, without a run of its own.

    The mark comes first and is committed: if the count fails, a run tries again.
    """
    marks = [(pk, at) for pk in sorted(contact_ids)]
    insert_rows(StaleMark, ["contact_id", "at"], marks)
    recompute_batch(contact_ids=contact_ids, at=at)


def unscored_batches(*, since: datetime) -> Iterator[list[int]]:
    """Contacts whose score was not counted since then, by id, a transaction's worth."""
    after, size = 0, settings.SCORES_PER_TRANSACTION
    unscored = Contact.objects.exclude(score__evaluated_at__gte=since).order_by("pk")
    while True:
        ids = unscored.filter(pk__gt=after).values_list("pk", flat=True)[:size]
        batch = list(ids)
        if not batch:
            return
        yield batch
        after = batch[-1]
