"""ROC, precision and calibration: by hand, by their laws, and as scikit-learn has them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import precision_score, recall_score, roc_auc_score, roc_curve

from scoring.calibration import calibration_bins, equal_edges, wilson_interval
from scoring.hits import hits_at
from scoring.roc import roc_auc, roc_points, thinned

observed = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.1, 0.25, 1 / 3, 0.5, 0.7, 0.99, 1.0]), st.booleans()
    ),
    min_size=1,
    max_size=60,
)
both = observed.filter(lambda rows: len({is_one for _score, is_one in rows}) == 2)


def unzipped(rows):
    return [score for score, _is_one in rows], [is_one for _score, is_one in rows]


def test_area_counts_ties_as_half():
    assert roc_auc([1, 2, 2, 3], [False, False, True, True]) == 0.875


@pytest.mark.parametrize("happened", [[True, True], [False, False], []])
def test_without_both_there_is_no_area(happened):
    scores = [1.0, 2.0][: len(happened)]

    assert roc_auc(scores, happened) is None
    assert roc_points(scores, happened) == []


@settings(max_examples=25)
@given(both)
def test_area_is_the_share_of_pairs_in_order(rows):
    with_it = [score for score, is_one in rows if is_one]
    without = [score for score, is_one in rows if not is_one]
    u = sum((a > b) + (a == b) / 2 for a in with_it for b in without)

    assert roc_auc(*unzipped(rows)) == u / (len(with_it) * len(without))


@settings(max_examples=25)
@given(both)
def test_area_is_that_of_scikit_learn(rows):
    scores, happened = unzipped(rows)

    assert roc_auc(scores, happened) == pytest.approx(
        roc_auc_score(happened, scores), abs=1e-12
    )


@settings(max_examples=25)
@given(both)
def test_points_are_those_of_scikit_learn(rows):
    scores, happened = unzipped(rows)

    points = roc_points(scores, happened)

    theirs = roc_curve(happened, scores, drop_intermediate=False)
    for ours, wrong, right in zip(points, *theirs[:2], strict=True):
        assert ours.false_positive_rate == pytest.approx(wrong, abs=1e-12)
        assert ours.true_positive_rate == pytest.approx(right, abs=1e-12)
    assert [p.threshold for p in points[1:]] == list(theirs[2][1:])


@settings(max_examples=25)
@given(both)
def test_a_thinned_curve_has_the_same_area(rows):
    points = roc_points(*unzipped(rows))

    few = thinned(points)

    def area(curve):
        return sum(
            (b.false_positive_rate - a.false_positive_rate)
            * (a.true_positive_rate + b.true_positive_rate)
            / 2
            for a, b in pairwise(curve)
        )

    assert len(few) <= len(points)
    assert area(few) == pytest.approx(area(points), abs=1e-12)
    assert area(points) == pytest.approx(roc_auc(*unzipped(rows)), abs=1e-12)


@settings(max_examples=25)
@given(observed, st.sampled_from([0.0, 0.3, 0.5, 1.0, 2.0]))
def test_precision_and_recall_are_those_of_scikit_learn(rows, threshold):
    scores, happened = unzipped(rows)
    taken = [score >= threshold for score in scores]

    hits = hits_at(scores, happened, threshold=threshold)

    options = {"zero_division": 0}
    assert (hits.precision or 0) == pytest.approx(
        precision_score(happened, taken, **options)
    )
    assert (hits.recall or 0) == pytest.approx(recall_score(happened, taken, **options))
    if hits.lift is not None:
        assert hits.lift == pytest.approx(hits.precision / hits.base_rate)


def test_nobody_taken_has_no_precision_and_nobody_at_all_no_share():
    hits = hits_at([1.0], [False], threshold=2.0)

    assert (hits.precision, hits.recall, hits.lift) == (None, None, None)
    assert hits_at([], [], threshold=1.0).base_rate is None


# Not on an edge: there scikit-learn takes the lower bin, and we the upper one.
inside = st.lists(
    st.tuples(st.sampled_from([0.03, 0.11, 0.27, 0.55, 0.58, 0.93]), st.booleans()),
    min_size=1,
    max_size=40,
)


@settings(max_examples=25)
@given(inside)
def test_calibration_is_that_of_scikit_learn(rows):
    scores, happened = unzipped(rows)

    bins = calibration_bins(scores, happened, edges=equal_edges(0, 1, 5))

    shares, means = calibration_curve(happened, scores, n_bins=5)
    assert [one.share for one in bins] == pytest.approx(list(shares))
    assert [one.mean_score for one in bins] == pytest.approx(list(means))


@settings(max_examples=25)
@given(observed)
def test_each_score_is_in_one_bin(rows):
    scores, happened = unzipped(rows)

    bins = calibration_bins(scores, happened, edges=[0.25, 0.5])

    assert sum(one.count for one in bins) == len(rows)
    assert sum(one.positives for one in bins) == sum(happened)
    for one in bins:
        assert one.low is None or one.low <= one.mean_score
        assert one.high is None or one.mean_score < one.high
        assert one.interval[0] <= one.share <= one.interval[1]


def test_interval_of_ten_of_twenty_is_wilsons():
    assert wilson_interval(10, 20) == pytest.approx((0.2993, 0.7007), abs=1e-4)
    assert wilson_interval(0, 0) == (0.0, 1.0)
