"""Counting scores again: what was marked, in one transaction a batch."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import EventType
from accounts.services.webhook_events import tell_webhooks
from contacts.models import Contact
from contacts.telling import news_of
from journeys.services.advancing import advance_contacts
from leadhub.copying import update_objects
from scoring.models import Crossing, Score, ScoringModel, StaleMark
from scoring.selectors.evaluation import Evaluation, evaluate
from scoring.selectors.live import live_models
from scoring.services.arming import Mark, Newcomers, arm
from scoring.services.failures import count_failure
from scoring.signals import lead_sales_ready, scores_counted

logger = logging.getLogger(__name__)

RESULT = [
    "model",
    "fit",
    "engagement",
    "total",
    "is_ready",
    "is_disqualified",
    "is_armed",
    "arming",
    "evaluated_at",
    "curves",
    "falls_below_at",
    "due_at",
]
WRITTEN = [Score._meta.get_field(name).attname for name in RESULT]


@transaction.atomic
def recompute_scores(*, contact_ids: Collection[int], at: datetime) -> None:
    """Bring the stale ones among these contacts' scores up to date, as of ``at``.

    Everything is counted again from the interactions, so a repeat is harmless.
    Scores that another run has locked are left to that run. Without an active model
    scores are zero.

    Sends ``lead_sales_ready`` once per crossing of the threshold; if a receiver
    fails, that contact keeps its old score and its marks, and the others go on.
    """
    scores = _locked_scores(contact_ids)
    # Lock, then marks, then interactions: what is marked is visible, and what comes
    # later keeps its mark for the next run.
    marks = _marks_of(scores)
    scores = [score for score in scores if score.pk in marks]
    if not scores:
        return
    counted, crossed = _count(scores, marks, at=at)
    update_objects(Score, counted, WRITTEN)
    done, failed = [*counted], []
    for score, evaluation in crossed:
        try:
            with transaction.atomic():  # one lead's failure is not the others'
                _cross(score, evaluation, at=at)
        except Exception:
            logger.exception("The handoff of contact %s failed.", score.pk)
            failed.append(score.pk)
        else:
            done.append(score)
    ids = [score.pk for score in done]
    scores_counted.send(sender=Score, contact_ids=ids, at=at)
    # Where they stand may depend on their score. Who moves is marked again.
    advance_contacts(contact_ids=ids, at=at)
    read = [pk for score in done for pk, _at in marks[score.pk]]
    StaleMark.objects.filter(pk__in=read).delete()
    if failed:
        count_failure(failed, at=at)


@transaction.atomic
def rearm(*, contact: Contact, at: datetime) -> None:
    """Let the contact become sales-ready anew, and look whether it is.

    For a decline whose date to return has come. A contact that is armed stays so.
    """
    score = Score.objects.select_for_update(no_key=True).filter(pk=contact.pk).first()
    if score is not None and not score.is_armed:
        score.is_armed = True
        score.arming += 1
        score.save(update_fields=["is_armed", "arming"])
    StaleMark.objects.create(contact=contact, at=at)


def _locked_scores(contact_ids: Collection[int]) -> list[Score]:
    """The scores of these contacts that nobody else has, made if they are missing."""
    wanted = set(contact_ids)
    scores = _take(wanted)
    if len(scores) < len(wanted):
        stored = Score.objects.filter(pk__in=wanted).values_list("pk", flat=True)
        missing = Contact.objects.filter(pk__in=wanted - set(stored)).order_by("pk")
        rows = [Score(contact_id=pk) for pk in missing.values_list("pk", flat=True)]
        if rows:
            Score.objects.bulk_create(rows, ignore_conflicts=True)
            scores += _take({row.pk for row in rows})
    return scores


def _take(contact_ids: Collection[int]) -> list[Score]:
    scores = Score.objects.taken().filter(pk__in=contact_ids)
    return list(scores.select_related("contact"))


def _marks_of(scores: Sequence[Score]) -> dict[int, list[Mark]]:
    """All marks of the contacts, those that were parked too.

    Of who was merged meanwhile none: their marks are about the survivor.
    """
    marks = defaultdict(list)
    rows = StaleMark.objects.filter(contact__in=[score.pk for score in scores])
    rows = rows.filter(contact__merged_into=None)
    for pk, contact_id, at in rows.values_list("pk", "contact_id", "at"):
        marks[contact_id].append((pk, at))
    return marks


def _count(
    scores: Sequence[Score],
    marks: Mapping[int, Sequence[Mark]],
    *,
    at: datetime,
) -> tuple[list[Score], list[tuple[Score, Evaluation]]]:
    """Set the scores as of ``at``: those that did not cross, and those that did."""
    models = live_models().for_contacts([score.pk for score in scores])
    by_model: dict[ScoringModel | None, list[Score]] = defaultdict(list)
    for score in scores:
        by_model[models[score.pk]].append(score)
    counted, crossed = [], []
    for model, theirs in by_model.items():
        if model is None:
            for score in theirs:
                _reset(score, at=at)
            counted += theirs
            continue
        newcomers = Newcomers(theirs, model)
        known_before = {
            score.pk: newcomers.known_before(score, marks[score.pk])
            for score in theirs
            if score.pk in newcomers
        }
        contacts = [score.contact for score in theirs]
        evaluations = evaluate(contacts, model=model, at=at, known_before=known_before)
        for score in theirs:
            evaluation = evaluations[score.pk]
            arm(score, evaluation, model, newcomers)
            crosses = score.is_armed and evaluation.now.is_ready
            score.is_armed = score.is_armed and not crosses
            _set(score, evaluation, model=model)
            if crosses:
                crossed.append((score, evaluation))
            else:
                counted.append(score)
    return counted, crossed


def _set(score: Score, evaluation: Evaluation, *, model: ScoringModel) -> None:
    score.model = model
    score.fit = evaluation.now.fit
    score.engagement = evaluation.now.engagement
    score.total = evaluation.now.total
    score.is_ready = evaluation.now.is_ready
    score.is_disqualified = evaluation.now.is_disqualified
    score.evaluated_at = evaluation.at
    score.curves = evaluation.curves_as_json()
    score.falls_below_at = evaluation.falls_below_at
    score.due_at = evaluation.due_at


def _reset(score: Score, *, at: datetime) -> None:
    score.model = None
    score.fit = score.engagement = score.total = 0.0
    score.is_ready = score.is_disqualified = False
    score.curves = []
    score.falls_below_at = score.due_at = None
    score.evaluated_at = at


def _cross(score: Score, evaluation: Evaluation, *, at: datetime) -> None:
    score.save(update_fields=RESULT)
    crossing, is_new = Crossing.objects.get_or_create(
        contact=score.contact,
        model=score.model,
        arming=score.arming,
        defaults={
            "at": at,
            "fit": evaluation.now.fit,
            "engagement": evaluation.now.engagement,
            "total": evaluation.now.total,
            "threshold": score.model.threshold,
            "contributions": evaluation.contributions(),
        },
    )
    # Not new after the score was lost and counted anew: it was announced then.
    if is_new:
        told = news_of(score.contact_id, key=str(crossing.pk), crossing=crossing.pk)
        tell_webhooks(news={EventType.SCORE_CROSSED: [told]}, at=at)
        lead_sales_ready.send(sender=Score, score=score, crossing=crossing, at=at)
