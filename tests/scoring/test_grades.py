from __future__ import annotations

import pytest

from leadhub.temperature import temperature_of, whole
from scoring.grades import grade


@pytest.mark.parametrize(
    ("fit", "engagement", "letters"),
    [
        (20, 40, "A1"),
        (19.99, 39.99, "B2"),
        (10, 20, "B2"),
        (9.99, 19.99, "C3"),
        (-30, 0, "C3"),
        (0, 500, "C1"),
        (500, 0, "A3"),
    ],
)
def test_grade_of_a_model_with_threshold_60(fit, engagement, letters):
    assert grade(fit=fit, engagement=engagement, threshold=60) == letters


@pytest.mark.parametrize("threshold", [0.3, 7, 60, 100, 1_000_000])
def test_whoever_is_ready_by_a_third_of_fit_and_the_rest_is_an_a1(threshold):
    fit, engagement = threshold / 3, threshold * 2 / 3

    assert grade(fit=fit, engagement=engagement, threshold=threshold) == "A1"


@pytest.mark.parametrize(
    ("points", "word"),
    [
        (-5, "cold"),
        (29.999, "cold"),
        (30, "mild"),
        (59.999, "mild"),
        (60, "warm"),
        (79.999, "warm"),
        (80, "hot"),
        (500, "hot"),
    ],
)
def test_temperature_follows_the_threshold(points, word):
    assert temperature_of(points, 60) == word


def test_numbers_are_cut_so_that_nobody_seems_ready_who_is_not():
    assert [whole(points) for points in (59.9, 60.0, -0.1)] == [59, 60, -1]
