"""From conditions and outcomes to whole points: a regularized logistic regression.

1. An L1 penalty chooses among the conditions (Tibshirani 1996), as strong as is
   within one standard error of the best in a cross-validation (Breiman et al. 1984,
   the "one standard error rule"): few rules rather than many.
2. What it kept is fitted again with a weak L2 penalty, without those whose weight goes
   against their own evidence: a rule has to make sense by itself.
3. Weights become points on the threshold's scale, and whole.

Runs in the worker: numpy and scikit-learn are imported where they are used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scoring.learning.samples import Matrix, Sample, Vector
from scoring.roc import roc_auc

SEED = 5
MAX_RULES = 20
# Of the threshold; what is worth less is not worth a rule.
LEAST_POINTS = 0.05
OUTER, INNER = 5, 4
# From the strongest penalty to the weakest.
STRENGTHS = tuple(10 ** (-2.2 + step * 0.3125) for step in range(9))
RESAMPLES = 200
INTERVAL = (5, 95)

Step = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Points:
    """What was learned: column -> whole points. ``scale``: points for a weight of 1."""

    columns: Vector
    points: Vector
    scale: float

    def scores(self, matrix: Matrix) -> Vector:
        return matrix[:, self.columns] @ self.points


def fit_points(sample: Sample, *, threshold: float, breathe: Step) -> Points:
    """Choose conditions and their points.

    Scaled so that as many reach ``threshold`` as had the outcome, where points are
    given at all that add up to it.
    """
    import numpy as np  # noqa: PLC0415 -- in the worker alone

    columns = _chosen(sample, breathe)
    columns, weights = _with_their_evidence(sample, columns)
    if not len(columns):
        return Points(columns, weights, 0.0)
    linear = sample.matrix[:, columns] @ weights
    reach = sample.quantile(linear, 1 - sample.share)
    # Where next to nobody has a positive sum, the largest weight is half a threshold.
    scale = threshold / max(reach, np.abs(weights).max() / 2)
    points = np.round(weights * scale)
    kept = np.abs(points) >= max(1.0, threshold * LEAST_POINTS)
    return Points(columns[kept], points[kept], scale)


@dataclass(frozen=True, slots=True)
class Tested:
    """What points that were learned from the others say of each contact."""

    scores: Vector
    # One area under the curve, and the columns chosen, a fold.
    aucs: list[float]
    chosen: list[Vector]

    @property
    def auc(self) -> float:
        return sum(self.aucs) / len(self.aucs)

    @property
    def error(self) -> float:
        """The standard error of ``auc``, by how the folds differ."""
        spread = sum((auc - self.auc) ** 2 for auc in self.aucs)
        return (spread / (len(self.aucs) - 1) / len(self.aucs)) ** 0.5


def cross_validate(
    sample: Sample, *, threshold: float, seed: int = SEED, step: Step, breathe: Step
) -> Tested:
    """Learn anew without a fifth of the contacts and try it on that fifth; five times.

    Everything that looks at outcomes is done anew: the choice of conditions, their
    number, the points and their rounding. ``step`` is called after each fold.
    """
    import numpy as np  # noqa: PLC0415

    scores = np.zeros(len(sample.outcome))
    aucs, chosen = [], []
    for seen, unseen in _folds(sample, OUTER, seed):
        learned = fit_points(sample.take(seen), threshold=threshold, breathe=breathe)
        scores[unseen] = learned.scores(sample.matrix[unseen])
        aucs.append(_area(sample.outcome[unseen], scores[unseen]))
        chosen.append(learned.columns)
        step()
    return Tested(scores, aucs, chosen)


@dataclass(frozen=True, slots=True)
class Range:
    """Where a rule's points are with other contacts of the same kind, 9 times in 10.

    ``same_sign``: the share of draws in which they go the same way.
    """

    low: int
    high: int
    same_sign: float


def ranges(
    sample: Sample, learned: Points, *, seed: int = SEED, breathe: Step
) -> list[Range]:
    """Percentiles of a bootstrap (Efron 1979) over the rules that were chosen.

    That others might have been chosen is not in it: see in how many folds a rule was.
    """
    import numpy as np  # noqa: PLC0415

    if not len(learned.columns):
        return []
    chosen = sample.matrix[:, learned.columns].toarray()
    # Contacts that no rule tells apart are one row with a count.
    rows = np.column_stack([chosen, sample.outcome, sample.weight])
    rows, counts = np.unique(rows, axis=0, return_counts=True)
    chosen, outcome, weight = rows[:, :-2], rows[:, -2], rows[:, -1]
    draw = np.random.default_rng(seed)
    found = []
    for number in range(RESAMPLES):
        if number % 20 == 0:
            breathe()
        times = draw.multinomial(counts.sum(), counts / counts.sum())
        drawn = times > 0
        if len(np.unique(outcome[drawn])) == 2:
            found.append(_ridge(chosen[drawn], outcome[drawn], (times * weight)[drawn]))
    points = np.array(found) * learned.scale
    low, high = np.percentile(points, INTERVAL, axis=0)
    same = (np.sign(points) == np.sign(learned.points)).mean(axis=0)
    return [
        Range(round(float(low[place])), round(float(high[place])), float(same[place]))
        for place in range(len(learned.columns))
    ]


def area_of_field(
    sample: Sample, columns: Sequence[int], *, seed: int = SEED, breathe: Step
) -> float:
    """How well the conditions about one field tell the outcome without any other."""
    import numpy as np  # noqa: PLC0415

    breathe()
    alone = sample.matrix[:, list(columns)].toarray()
    scores = np.zeros(len(sample.outcome))
    aucs = []
    for seen, unseen in _folds(sample, 3, seed):
        weights = _ridge(alone[seen], sample.outcome[seen], sample.weight[seen])
        scores[unseen] = alone[unseen] @ weights
        aucs.append(_area(sample.outcome[unseen], scores[unseen]))
    return sum(aucs) / len(aucs)


def _chosen(sample: Sample, breathe: Step) -> Vector:
    """The columns that the L1 penalty leaves, at most ``MAX_RULES``."""
    import numpy as np  # noqa: PLC0415

    folds = list(_folds(sample, INNER, SEED + 1))
    losses: list[float] = []
    errors: list[float] = []
    for strength in STRENGTHS:
        loss, error = _loss(sample, folds, strength, breathe)
        losses.append(loss)
        errors.append(error)
        # What a weaker penalty gains from here on is lost in the noise.
        if len(losses) > 1 and losses[-1] > losses[-2] - 0.1 * errors[-2]:
            break
    best = int(np.argmin(losses))
    limit = losses[best] + errors[best]
    strength = next(
        strength
        for strength, loss in zip(STRENGTHS, losses, strict=False)
        if loss <= limit
    )
    weights = np.abs(_lasso(sample, strength).coef_[0])
    # By how far each moves scores apart, not by its weight alone.
    moves = weights * np.sqrt(sample.variances)
    order = np.argsort(-moves, kind="stable")[:MAX_RULES]
    return np.sort(order[weights[order] > 1e-6])


def _with_their_evidence(sample: Sample, columns: Vector) -> tuple[Vector, Vector]:
    """Refit, dropping one by one what goes against its own evidence, worst first."""
    import numpy as np  # noqa: PLC0415

    outcome = sample.outcome - sample.share
    while len(columns):
        chosen = sample.matrix[:, columns].toarray()
        weights = _ridge(chosen, sample.outcome, sample.weight)
        alone = np.sign(chosen.T @ (outcome * sample.weight))
        against = np.sign(weights) != alone
        if not against.any():
            return columns, weights
        columns = np.delete(columns, np.argmax(np.where(against, np.abs(weights), -1)))
    return columns, np.zeros(0)


def _loss(
    sample: Sample,
    folds: Sequence[tuple[Vector, Vector]],
    strength: float,
    breathe: Step,
) -> tuple[float, float]:
    """The mean log loss on contacts left out, and its standard error."""
    import numpy as np  # noqa: PLC0415
    from sklearn.metrics import log_loss  # noqa: PLC0415

    found = []
    for seen, unseen in folds:
        breathe()
        fitted = _lasso(sample.take(seen), strength)
        chances = fitted.predict_proba(sample.matrix[unseen])[:, 1]
        weight = sample.weight[unseen]
        found.append(log_loss(sample.outcome[unseen], chances, sample_weight=weight))
    return float(np.mean(found)), float(np.std(found, ddof=1) / len(found) ** 0.5)


def _lasso(sample: Sample, strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    model = LogisticRegression(
        l1_ratio=1.0,
        solver="liblinear",
        C=strength,
        tol=1e-3,
        max_iter=2_000,
        random_state=SEED,
        # It penalizes the intercept as well: make that next to nothing.
        intercept_scaling=10,
    )
    return model.fit(sample.matrix, sample.outcome, sample_weight=sample.weight)


def _ridge(matrix: Vector, outcome: Vector, weight: Vector) -> Vector:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    model = LogisticRegression(C=1.0, solver="newton-cholesky")
    return model.fit(matrix, outcome, sample_weight=weight).coef_[0]


def _folds(sample: Sample, number: int, seed: int) -> Iterator[tuple[Vector, Vector]]:
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415

    folds = StratifiedKFold(number, shuffle=True, random_state=seed)
    yield from folds.split(sample.outcome, sample.outcome)


def _area(outcome: Vector, scores: Vector) -> float:
    return roc_auc(scores.tolist(), outcome.tolist()) or 0.5
