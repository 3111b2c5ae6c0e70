"""What outcomes teach: points for conditions, tested on contacts left out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from scoring.learning.candidates import Candidate
from scoring.learning.fitting import (
    OUTER,
    Range,
    Step,
    area_of_field,
    cross_validate,
    fit_points,
    ranges,
)
from scoring.learning.samples import Sample

# Not under that many with the outcome, nor without.
LEAST_OUTCOMES = 100
# A field that tells the outcome as well by itself looks like a consequence of it.
TOO_GOOD = 0.9
# More teach next to nothing and take long: so many of each kind are drawn at random.
AT_MOST = 10_000
SHARES = (0.05, 0.1, 0.2, 0.3, 0.5)


class Source(Protocol):
    """Contacts by place: see ``selectors.examples.Examples``."""

    outcome: bytearray
    candidates: list[Candidate]
    places: list[Any]
    worths: list[Any]

    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Learned:
    """A candidate by its place, and what was learned about it."""

    place: int
    points: int
    range: Range
    # In how many of the folds it was chosen.
    folds: int


@dataclass(frozen=True, slots=True)
class Cut:
    """If the ``share`` with most points are taken: from which score, and who is."""

    threshold: float
    share: float
    # Of those taken, how many had the outcome; of those who had it, how many are taken.
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class Lesson:
    """``rules`` with most points first. Without any, ``is_short_of`` may say why."""

    STEPS: ClassVar[int] = OUTER + 3

    # Fewer than ``LEAST_OUTCOMES``: of those "with" or "without" the outcome.
    is_short_of: str = ""
    rules: list[Learned] = field(default_factory=list)
    auc: float | None = None
    error: float | None = None
    # Field -> how well it tells the outcome by itself, and those left out for that.
    alone: dict[str, float] = field(default_factory=dict)
    suspects: list[str] = field(default_factory=list)
    learned_from: int = 0
    cuts: list[Cut] = field(default_factory=list)
    threshold: float | None = None


def learn(
    source: Source,
    *,
    threshold: float,
    insist: frozenset[str],
    seed: int,
    step: Step,
    breathe: Step,
) -> Lesson:
    """Learn points; ``step`` is called ``Lesson.STEPS`` times on the way.

    Between two steps ``breathe`` is called every few seconds.
    """
    with_outcome = sum(source.outcome)
    if with_outcome < LEAST_OUTCOMES:
        return Lesson(is_short_of="with")
    if len(source) - with_outcome < LEAST_OUTCOMES:
        return Lesson(is_short_of="without")
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 -- in the worker alone

    # The matrices are small: a second thread would only wait for the first.
    with threadpool_limits(limits=1):
        return _learn(
            source,
            threshold=threshold,
            insist=insist,
            seed=seed,
            step=step,
            breathe=breathe,
        )


def _learn(
    source: Source,
    *,
    threshold: float,
    insist: frozenset[str],
    seed: int,
    step: Step,
    breathe: Step,
) -> Lesson:
    sample = _sample(source, seed=seed)
    by_field = defaultdict(list)
    for place, candidate in enumerate(source.candidates):
        by_field[candidate.field].append(place)
    alone = {
        name: area_of_field(sample, columns, seed=seed, breathe=breathe)
        for name, columns in by_field.items()
    }
    suspects = [
        name
        for name, area in alone.items()
        if area > TOO_GOOD and name != "did" and name not in insist
    ]
    step()
    kept = [
        place
        for place, candidate in enumerate(source.candidates)
        if candidate.field not in suspects
    ]
    common = {
        "alone": alone,
        "suspects": suspects,
        "learned_from": len(sample.outcome),
    }
    if not kept:
        return Lesson(**common)
    sample = Sample(sample.matrix[:, kept], sample.outcome, sample.weight)
    tested = cross_validate(
        sample, threshold=threshold, seed=seed, step=step, breathe=breathe
    )
    points = fit_points(sample, threshold=threshold, breathe=breathe)
    step()
    spans = ranges(sample, points, seed=seed, breathe=breathe)
    step()
    rules = [
        Learned(
            place=kept[column],
            points=int(points.points[place]),
            range=spans[place],
            folds=sum(int(column in chosen) for chosen in tested.chosen),
        )
        for place, column in enumerate(points.columns)
    ]
    rules.sort(key=lambda rule: (-abs(rule.points), rule.place))
    cuts = [_cut(sample, tested.scores, share) for share in SHARES]
    share = sample.share
    return Lesson(
        rules=rules,
        auc=tested.auc,
        error=tested.error,
        cuts=[cut for cut in cuts if cut.threshold > 0],
        threshold=max(1.0, _cut(sample, tested.scores, share).threshold),
        **common,
    )


def _sample(source: Source, *, seed: int) -> Sample:
    import numpy as np  # noqa: PLC0415 -- in the worker alone
    from scipy.sparse import csc_array  # noqa: PLC0415

    # scikit-learn takes indices of 32 bits only.
    rows = [
        np.frombuffer(places, dtype=np.int64).astype(np.int32)
        for places in source.places
    ]
    worths = [
        np.ones(len(places)) if worth is None else np.frombuffer(worth)
        for places, worth in zip(source.places, source.worths, strict=True)
    ]
    ends = np.cumsum([0, *map(len, rows)], dtype=np.int32)
    matrix = csc_array(
        (
            np.concatenate([np.zeros(0), *worths]),
            np.concatenate([np.zeros(0, dtype=np.int32), *rows]),
            ends,
        ),
        shape=(len(source), len(rows)),
    ).tocsr()
    outcome = np.frombuffer(bytes(source.outcome), dtype=np.uint8).astype(float)
    weight = np.ones(len(source))
    taken = []
    draw = np.random.default_rng(seed)
    for had in (0.0, 1.0):
        places = np.flatnonzero(outcome == had)
        if len(places) > AT_MOST:
            weight[places] = len(places) / AT_MOST
            places = draw.choice(places, AT_MOST, replace=False)
        taken.append(places)
    places = np.sort(np.concatenate(taken))
    return Sample(matrix[places], outcome[places], weight[places])


def _cut(sample: Sample, scores: Any, share: float) -> Cut:
    """By scores that were learned without the contact that has them."""
    import numpy as np  # noqa: PLC0415

    order = np.argsort(-scores, kind="stable")
    so_far = np.cumsum(sample.weight[order])
    last = min(int(np.searchsorted(so_far, share * so_far[-1])), len(order) - 1)
    threshold = float(scores[order][last])
    taken = scores >= threshold
    had = sample.outcome * sample.weight
    return Cut(
        threshold=threshold,
        share=float(sample.weight[taken].sum() / sample.weight.sum()),
        precision=float(had[taken].sum() / sample.weight[taken].sum()),
        recall=float(had[taken].sum() / had.sum()),
    )
