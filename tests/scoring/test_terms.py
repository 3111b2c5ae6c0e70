"""Which thresholds a backtest tries, and which of them fits a capacity."""

from __future__ import annotations

import pytest

from scoring.backtest_figures import fitting
from scoring.terms import thresholds_around


@pytest.mark.parametrize(
    ("per_week", "capacity", "threshold"),
    [
        ([1, 9, 5, 2], 4, 4),
        ([1, 9, 5, 2], 5, 3),
        ([1, 9, 5, 2], 9, 1),
        ([9, 9, 9, 9], 5, None),
    ],
)
def test_few_handoffs_far_down_are_no_reason_to_go_there(per_week, capacity, threshold):
    curve = [
        {"threshold": place + 1, "per_week": count}
        for place, count in enumerate(per_week)
    ]

    assert fitting(curve, capacity) == threshold


@pytest.mark.parametrize("threshold", [0.3, 1, 7, 60, 62.5, 900_000])
def test_thresholds_to_try_are_round_and_have_the_drafts_own(threshold):
    found = thresholds_around(threshold)

    assert threshold in found
    assert 60 <= len(found) <= 400
    assert found == sorted(found)
    assert min(found) > 0
