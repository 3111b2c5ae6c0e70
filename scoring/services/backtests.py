"""Trying a draft on the past: asking for it, running it, taking over what it found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil
from time import monotonic
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Job, User
from accounts.services.jobs import start_job
from accounts.services.running import Progress, job_runner
from contacts.models import Contact
from leadhub.errors import DomainError, InvalidValue
from scoring.backtest_figures import fitting, result_of
from scoring.models import Backtest, ScoringModel
from scoring.selectors.measuring import Measuring, new_state
from scoring.selectors.outcomes import checked_outcome
from scoring.selectors.replay import Replay, rival_of, scope_of
from scoring.services.models import update_model
from scoring.terms import Terms, thresholds_around

CHUNK = 200
SECONDS_BETWEEN_CHECKPOINTS = 3.0
SECONDS_BETWEEN_BREATHS = 10.0
HORIZON_DAYS = 30
MAX_DAYS = 3 * 366
MAX_HORIZON = 730
MAX_CAPACITY = 100_000


class BadPeriod(InvalidValue):
    code = "bad_period"


class ModelChanged(DomainError):
    code = "model_changed"


class ModelGone(DomainError):
    code = "model_gone"


@transaction.atomic
def start_backtest(
    *,
    model: ScoringModel,
    since: datetime,
    until: datetime,
    outcome: Any,
    by: User | None,
    at: datetime,
    horizon_days: int = HORIZON_DAYS,
    capacity: float | None = None,
) -> Backtest:
    """Find out what ``model`` would have done from ``since`` up to ``until``.

    An outcome counts that comes within ``horizon_days`` after a handoff. Compared with
    what counts for the same contacts now. Starts a job; its result is the backtest's.

    Raises ``BadPeriod``, ``UnknownOutcome``, ``InvalidCondition``, ``InvalidValue``.
    """
    outcome = checked_outcome(outcome)
    if since >= until:
        raise BadPeriod(_("It must end after it begins."), attr="to")
    if until > at + timedelta(days=1):
        raise BadPeriod(_("It must not end in the future."), attr="to")
    until = min(until, at)
    if since >= until:
        raise BadPeriod(_("It must not begin in the future."), attr="from")
    if until - since > timedelta(days=MAX_DAYS):
        raise BadPeriod(_("At most three years."), attr="from")
    if not _is_within(horizon_days, MAX_HORIZON) or horizon_days != int(horizon_days):
        sentence = _("This must be a whole number from 1 to %(limit)d.")
        raise InvalidValue(sentence % {"limit": MAX_HORIZON}, attr="horizon_days")
    if capacity is not None and not _is_within(capacity, MAX_CAPACITY):
        sentence = _("This must be a number of at most %(limit)d.")
        raise InvalidValue(sentence % {"limit": MAX_CAPACITY}, attr="capacity")
    job = start_job(
        kind=Job.Kind.BACKTEST,
        owner=by,
        params={"model": model.pk},
        total=_known(until).count(),
        at=at,
    )
    return Backtest.objects.create(
        scoring_model=model,
        live=rival_of(model),
        job=job,
        model_updated_at=model.updated_at,
        threshold=model.threshold,
        since=since,
        until=until,
        outcome=outcome,
        horizon_days=int(horizon_days),
        capacity=capacity,
        created_by=by,
        created_at=at,
    )


def use_threshold(
    *, backtest: Backtest, threshold: Any, by: User, at: datetime
) -> ScoringModel:
    """Write a threshold that was tried into the draft.

    Raises ``ModelIsActive``, or as ``update_model`` does.
    """
    return update_model(
        model=backtest.scoring_model, data={"threshold": threshold}, by=by, at=at
    )


@job_runner(Job.Kind.BACKTEST)
def run_backtest(job: Job, progress: Progress) -> dict[str, Any]:
    """Replay contact after contact; what has been counted is kept every few seconds.

    A run that takes over goes on behind the last contact that is in it. Raises
    ``ModelChanged`` if the draft is changed meanwhile: half of it would be of the one,
    half of the other.
    """
    backtest = Backtest.objects.select_related("job").filter(job=job).first()
    if backtest is None:
        raise ModelGone(_("The model was deleted meanwhile."))
    if backtest.result is not None:  # killed just before the job could say so
        return backtest.result
    models = _models(backtest)
    scope = scope_of(models[0])
    terms = terms_of(backtest)
    thresholds = thresholds_around(models[0].threshold)
    state = backtest.state or new_state(
        models=len(models), thresholds=thresholds, weeks=ceil(terms.weeks)
    )
    floor = min(thresholds[0], *(model.threshold for model in models))
    lease, kept = _Clock(SECONDS_BETWEEN_BREATHS), _Clock(SECONDS_BETWEEN_CHECKPOINTS)
    done = 0

    def breathe() -> None:
        if lease.is_over():
            progress.advance(0)

    def keep() -> None:
        _check_unchanged(backtest)
        with transaction.atomic():
            backtest.state = state
            backtest.save(update_fields=["state"])
            progress.advance(done)

    for contact_ids in _chunks(terms, after=state["after"]):
        replay = Replay(
            models=models,
            scope=scope,
            contact_ids=contact_ids,
            until=terms.until,
            floor=floor,
            conditions=[backtest.outcome] if isinstance(backtest.outcome, dict) else (),
        )
        Measuring(replay, terms, backtest.outcome, thresholds, breathe).add_to(state)
        state["after"] = contact_ids[-1]
        done += len(contact_ids)
        if kept.is_over():
            keep()
            done = 0
    keep()
    own = [model.threshold for model in models]
    result = result_of(state, terms, thresholds=thresholds, own=own)
    result = {**_told(backtest), **result}
    result["fitting_threshold"] = (
        fitting(result["curve"], backtest.capacity) if backtest.capacity else None
    )
    backtest.state, backtest.result = {}, result
    backtest.save(update_fields=["state", "result"])
    return result


def terms_of(backtest: Backtest) -> Terms:
    return Terms(
        since=backtest.since,
        until=backtest.until,
        horizon=timedelta(days=backtest.horizon_days),
        known_at=backtest.created_at,
    )


def _told(backtest: Backtest) -> dict[str, Any]:
    return {
        "backtest": backtest.pk,
        "model": backtest.scoring_model_id,
        "live_model": backtest.live_id,
        "from": backtest.since.isoformat(),
        "to": backtest.until.isoformat(),
        "outcome": backtest.outcome,
        "horizon_days": backtest.horizon_days,
        "capacity": backtest.capacity,
        "known_at": backtest.created_at.isoformat(),
    }


def _models(backtest: Backtest) -> list[ScoringModel]:
    """The draft, then what it is compared with."""
    ids = [pk for pk in (backtest.scoring_model_id, backtest.live_id) if pk]
    found = {
        row.pk: row for row in ScoringModel.objects.with_rules().filter(pk__in=ids)
    }
    _check_unchanged(backtest)
    return [found[pk] for pk in ids if pk in found]


def _check_unchanged(backtest: Backtest) -> None:
    rows = ScoringModel.objects.filter(pk=backtest.scoring_model_id)
    updated_at = rows.values_list("updated_at", flat=True).first()
    if updated_at != backtest.model_updated_at:
        raise ModelChanged(_("The draft was changed meanwhile. Start it again."))


def _known(until: datetime) -> Any:
    """Whoever somebody knew of before ``until``, merged into another since or not."""
    return Contact.everyone.filter(created_at__lt=until)


def _chunks(terms: Terms, *, after: int) -> Iterator[list[int]]:
    ids = _known(terms.until).order_by("pk").values_list("pk", flat=True)
    while chunk := list(ids.filter(pk__gt=after)[:CHUNK]):
        yield chunk
        after = chunk[-1]


def _is_within(value: Any, limit: float) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 0 < value <= limit


class _Clock:
    """Tells once in so many seconds that they are over."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.last = monotonic()

    def is_over(self) -> bool:
        if monotonic() - self.last < self.seconds:
            return False
        self.last = monotonic()
        return True
