"""Winners of splits: rarely wrong however often one looks, and found if there is one."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.experiments import (
    Arm,
    difference_interval,
    evidence,
    interval,
    winner_of,
)


@st.composite
def arms(draw):
    contacts = draw(st.integers(1, 5_000))
    return Arm(contacts, draw(st.integers(0, contacts)))


def race(rates: dict[str, float], *, looks: int, step: int, seed: int) -> str | None:
    """Look after each ``step`` contacts in each arm; the first winner there is."""
    chance = random.Random(seed)
    contacts, successes = 0, dict.fromkeys(rates, 0)
    for _look in range(looks):
        contacts += step
        for name, rate in rates.items():
            successes[name] += sum(chance.random() < rate for _n in range(step))
        found = {name: Arm(contacts, count) for name, count in successes.items()}
        if winner := winner_of(found, least=100):
            return winner
    return None


@given(arms(), arms())
def test_evidence_does_not_care_which_arm_comes_first(one, other):
    assert evidence(one, other) == pytest.approx(evidence(other, one))


@given(arms())
def test_equal_rates_are_evidence_against_a_difference(arm):
    assert evidence(arm, arm) <= 1


@given(st.integers(100, 5_000), st.integers(0, 25), st.integers(0, 25))
def test_a_larger_difference_is_more_evidence(contacts, near, more):
    def apart(by: int) -> float:
        return evidence(Arm(contacts, 50 - by), Arm(contacts, 50 + by))

    assert apart(near) <= apart(near + more) * (1 + 1e-9)


@given(st.lists(arms(), min_size=2, max_size=5), st.integers(50, 1_000))
def test_the_winner_has_the_highest_rate_and_all_have_the_least(found, least):
    named = dict(zip("ABCDE", found, strict=False))

    winner = winner_of(named, least=least)

    if winner is not None:
        assert all(arm.contacts >= least for arm in found)
        rates = {name: arm.successes / arm.contacts for name, arm in named.items()}
        assert all(
            rates[winner] > rate for name, rate in rates.items() if name != winner
        )


@pytest.mark.parametrize(
    ("rates", "most"),
    [
        ({"A": 0.05, "B": 0.05}, 0.05),
        ({"A": 0.3, "B": 0.3}, 0.05),
        ({"A": 0.1, "B": 0.1, "C": 0.1}, 0.05),
    ],
)
def test_equal_variants_seldom_win_though_one_looks_a_hundred_times(rates, most):
    races = 100
    won = sum(
        race(rates, looks=100, step=10, seed=seed) is not None for seed in range(races)
    )

    assert won / races <= most


def test_a_variant_that_is_better_wins():
    rates = {"A": 0.05, "B": 0.12}
    won = [race(rates, looks=100, step=50, seed=seed) for seed in range(20)]

    assert won == ["B"] * 20


def test_nobody_wins_with_too_few_contacts():
    assert winner_of({"A": Arm(99, 90), "B": Arm(99, 0)}, least=100) is None
    assert winner_of({"A": Arm(100, 90), "B": Arm(100, 0)}, least=100) == "A"


@given(arms(), arms())
def test_intervals_hold_what_was_seen(one, other):
    low, high = interval(one)
    assert 0 <= low <= one.rate + 1e-9
    assert one.rate - 1e-9 <= high <= 1

    low, high = difference_interval(one, other)
    assert -1 <= low <= one.rate - other.rate <= high <= 1


def test_newcombes_own_example():
    # Newcombe 1998, table II: 56/70 against 48/80, method 10: 0.0524 to 0.3339.
    low, high = difference_interval(Arm(70, 56), Arm(80, 48), z=1.959964)

    assert low == pytest.approx(0.0524, abs=5e-4)
    assert high == pytest.approx(0.3339, abs=5e-4)


def test_more_successes_than_contacts_cannot_be():
    with pytest.raises(ValueError):
        Arm(3, 4)
