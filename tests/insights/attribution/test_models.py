"""What each model says of paths that one can reckon in one's head."""

from __future__ import annotations

import pytest

from insights.attribution.catalog import attribute
from insights.attribution.heuristics import time_decay, w_shaped
from insights.attribution.markov import TooManyStates, removal_effects
from insights.attribution.paths import Path

WAY = Path(("ad", "mail", "fair", "mail"), conversions=10, value=1000)


def conversions(*paths, **how):
    found = attribute(paths, **how)
    return {key: pytest.approx(credit.conversions) for key, credit in found.items()}


@pytest.mark.parametrize(
    ("model", "earned"),
    [
        ("first", {"ad": 10, "mail": 0, "fair": 0}),
        ("last", {"ad": 0, "mail": 10, "fair": 0}),
        ("linear", {"ad": 2.5, "mail": 5, "fair": 2.5}),
        # 1 : 2 : 4 : 8 of 15
        ("time_decay", {"ad": 10 / 15, "mail": 100 / 15, "fair": 40 / 15}),
        ("position", {"ad": 4, "mail": 5, "fair": 1}),
        ("shapley", {"ad": 10 / 3, "mail": 10 / 3, "fair": 10 / 3}),
    ],
)
def test_a_path_is_shared_as_the_model_says(model, earned):
    found = attribute([WAY], model=model)

    assert {key: pytest.approx(c.conversions) for key, c in found.items()} == earned
    assert {k: pytest.approx(c.value / 100) for k, c in found.items()} == earned


@pytest.mark.parametrize(
    ("touches", "earned"),
    [
        (("ad",), {"ad": 1}),
        (("ad", "mail"), {"ad": 0.5, "mail": 0.5}),
        (("ad", "mail", "fair"), {"ad": 0.4, "mail": 0.2, "fair": 0.4}),
    ],
)
def test_position_gives_the_ends_forty_each(touches, earned):
    assert conversions(Path(touches, conversions=1), model="position") == earned


def test_time_decay_halves_for_each_half_life_where_times_are_known():
    path = Path(("ad", "mail", "fair"), conversions=7, ages=(60, 30, 0))

    assert conversions(path, model="time_decay") == {"ad": 1, "mail": 2, "fair": 4}
    # Whoever decides late shares as who decides at once: ratios are what counts.
    late = Path(("ad", "mail", "fair"), conversions=7, ages=(60_060, 60_030, 60_000))
    assert conversions(late, model="time_decay") == {"ad": 1, "mail": 2, "fair": 4}


def test_a_half_life_that_is_none_is_refused():
    with pytest.raises(ValueError, match="half_life_days"):
        time_decay(WAY, half_life_days=0)


@pytest.mark.parametrize(
    ("count", "milestones", "weights"),
    [
        (5, (1, 3), [0.3, 0.3, 0.05, 0.3, 0.05]),
        # The first touch made the lead: it is both.
        (4, (0, 2), [0.6, 0.05, 0.3, 0.05]),
        (4, (3, 3), [0.3, 0.05, 0.05, 0.6]),
        # No others: the milestones share all.
        (3, (1, 2), [1 / 3, 1 / 3, 1 / 3]),
        (2, (0, 1), [2 / 3, 1 / 3]),
        (1, (0, 0), [1]),
        (3, (), [0.75, 0.125, 0.125]),
    ],
)
def test_w_gives_first_touch_lead_and_handoff_thirty_each(count, milestones, weights):
    path = Path(tuple("abcde"[:count]), conversions=1, milestones=milestones)

    assert w_shaped(path) == pytest.approx(weights)


def test_markov_counts_who_left_and_repeats():
    # From "ad" 10 of 20 leave, 5 convert, 5 go on to "mail"; of its 10 visits 5 are
    # followed by another, and 5 convert: without "mail" 5 of 10 conversions are lost.
    paths = [
        Path(("ad",), conversions=5, nulls=10),
        Path(("ad", "mail", "mail"), conversions=5),
    ]

    assert removal_effects(paths) == pytest.approx({"ad": 1, "mail": 0.5})
    assert conversions(*paths, model="markov") == {"ad": 20 / 3, "mail": 10 / 3}


def test_of_a_higher_order_markov_remembers_more_touches():
    # "b" converts only after "a"; order 1 cannot tell.
    paths = [
        Path(("a", "b"), conversions=10),
        Path(("c", "b"), nulls=10),
    ]

    assert removal_effects(paths)["c"] == pytest.approx(0.5)
    assert removal_effects(paths, order=2)["c"] == 0
    assert removal_effects(paths, order=2) == pytest.approx({"a": 1, "b": 1, "c": 0})


def test_too_many_states_are_not_tried():
    with pytest.raises(TooManyStates):
        removal_effects([WAY], most=2)
    with pytest.raises(ValueError, match="order"):
        removal_effects([WAY], order=0)


@pytest.mark.parametrize("model", ["first", "markov", "shapley"])
def test_where_nobody_converted_nobody_earns(model):
    assert conversions(Path(("ad", "mail"), nulls=3), model=model) == {
        "ad": 0,
        "mail": 0,
    }
    assert attribute([], model=model) == {}
