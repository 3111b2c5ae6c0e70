"""Learning weights from outcomes: asked for here, done by the worker, offered only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.models import Job, User
from accounts.services.jobs import start_job
from accounts.services.running import Progress, job_runner
from contacts.conditions.validation import validate
from leadhub.errors import DomainError, InvalidValue
from scoring.learning.lessons import Lesson, learn
from scoring.models import ScoringModel
from scoring.selectors.examples import count_examples, read_examples
from scoring.selectors.learnable import (
    BEHAVIOR,
    checked_fields,
    fields_in,
    fields_named,
    usual_fields,
)
from scoring.selectors.lessons import as_result
from scoring.selectors.outcomes import Named, checked_outcome

EVERYBODY: dict[str, Any] = {"all": []}
ASKED = frozenset({"outcome", "among", "fields", "insist"})
SEED = 5


class OutcomeTellsItself(InvalidValue):
    code = "outcome_tells_itself"
    attr = "fields"


class ModelIsGone(DomainError):
    code = "model_is_gone"


@transaction.atomic
def start_learning(
    *,
    model: ScoringModel,
    data: dict[str, Any],
    by: User | None,
    at: datetime,
) -> Job:
    """Have rules learned that tell who will have an outcome. Changes no model.

    ``data``: ``outcome``, a condition or the name of one that is registered; ``among``,
    the condition for whom to learn from (default everybody); ``fields``, the names of
    fields to look at and "did" for behavior (default all that tell what somebody is
    like); ``insist``, those of them to use even if they look like a consequence of the
    outcome. Points are on the scale of the model's threshold, engagement has its
    half-life.

    Raises ``UnknownOutcome``, ``UnknownField``, ``InvalidCondition`` or
    ``OutcomeTellsItself``, naming what is wrong.
    """
    for attr in data:
        if attr not in ASKED:
            raise InvalidValue(_("There is no such field."), attr=str(attr)[:80])
    outcome = checked_outcome(data.get("outcome"))
    among = data.get("among")
    if among is None:
        among = EVERYBODY
    validate(among, attr="among")
    told = set(fields_in(outcome)) if isinstance(outcome, dict) else set()
    fields = data.get("fields")
    if fields is not None:
        fields = checked_fields(fields)
        for place, name in enumerate(fields):
            if name in told:
                sentence = _("The outcome itself is told by this field.")
                raise OutcomeTellsItself(sentence, attr=f"fields.{place}")
    params = {
        "model": model.pk,
        "outcome": outcome,
        "among": among,
        "fields": fields,
        "insist": checked_fields(data.get("insist") or [], attr="insist"),
        "at": at.isoformat(),
    }
    return start_job(kind=Job.Kind.LEARN, owner=by, params=params, at=at)


@job_runner(Job.Kind.LEARN)
def run_learning(job: Job, progress: Progress) -> dict[str, Any]:
    """Learn from the beginning, also after a run that was killed: nothing is kept."""
    params = job.params
    model = ScoringModel.objects.filter(pk=params["model"]).first()
    at = parse_datetime(params["at"])
    if model is None or at is None:
        raise ModelIsGone(_("The model was deleted meanwhile."))
    outcome: Named = params["outcome"]
    contacts = count_examples(params["among"], at=at)
    # Reading is about as much work as learning.
    a_step = max(1, 2 * contacts // Lesson.STEPS)
    progress.advance(-job.done, total=2 * contacts + a_step * Lesson.STEPS)
    fields, with_behavior = _fields(params["fields"], outcome)
    examples = read_examples(
        outcome=outcome,
        among=params["among"],
        fields=fields,
        with_behavior=with_behavior,
        half_life_days=model.half_life_days,
        at=at,
        seed=SEED,
        advance=progress.advance,
    )
    lesson = learn(
        examples,
        threshold=model.threshold,
        insist=frozenset(params["insist"]),
        seed=SEED,
        step=lambda: progress.advance(a_step),
        breathe=lambda: progress.advance(0),
    )
    return as_result(lesson, examples, outcome=outcome, with_behavior=with_behavior)


def _fields(names: list[str] | None, outcome: Named) -> tuple[list[Any], bool]:
    told = set(fields_in(outcome)) if isinstance(outcome, dict) else set()
    if names is None:
        fields = [spec for spec in usual_fields() if spec.name not in told]
        return fields, BEHAVIOR not in told
    return fields_named(names), BEHAVIOR in names
