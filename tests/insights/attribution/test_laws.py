"""What holds of every model on whatever paths, and what other ways of reckoning say."""

from __future__ import annotations

import json
from math import fsum

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.attribution.catalog import MODELS, attribute
from insights.attribution.markov import Chain, chain_of, removal_effects
from insights.attribution.matrices import inverse, lapack_inverse
from insights.attribution.paths import Path
from tests.oracle import attribution as oracle

CHANNELS = "abcdefghijkl"


@st.composite
def ways(draw, channels=CHANNELS):
    touches = tuple(draw(st.lists(st.sampled_from(channels), min_size=1, max_size=9)))
    conversions = draw(st.integers(0, 500))
    place = st.integers(0, len(touches) - 1)
    ages = draw(
        st.lists(st.floats(0, 5_000), min_size=len(touches), max_size=len(touches)).map(
            lambda found: tuple(sorted(found, reverse=True))
        )
    )
    return Path(
        touches,
        conversions=conversions,
        value=draw(st.floats(0, 1e6)) if conversions else 0,
        nulls=draw(st.integers(0, 500)),
        ages=draw(st.sampled_from([(), ages])),
        milestones=draw(st.sampled_from([(), (draw(place), draw(place))])),
    )


@pytest.mark.parametrize(
    ("model", "order"), [*((model, 1) for model in MODELS), ("markov", 2)]
)
@settings(deadline=None, max_examples=60)
@given(paths=st.lists(ways(), max_size=30))
def test_credits_add_up_to_the_conversions_and_their_value(model, order, paths):
    found = attribute(paths, model=model, order=order)

    earned = fsum(credit.conversions for credit in found.values())
    value = fsum(credit.value for credit in found.values())
    assert earned == pytest.approx(fsum(p.conversions for p in paths), abs=1e-9, rel=0)
    assert value == pytest.approx(fsum(p.value for p in paths), rel=1e-12)
    assert all(c.conversions >= 0 and c.value >= 0 for c in found.values())
    assert set(found) == {touch for path in paths for touch in path.touches}


def plain(paths):
    return [(p.touches, int(p.conversions), int(p.nulls)) for p in paths]


@pytest.mark.parametrize("order", [1, 2, 3])
@settings(deadline=None, max_examples=40)
@given(paths=st.lists(ways("abcd"), min_size=1, max_size=6))
def test_removal_effects_are_those_of_the_chain_without_the_channel(order, paths):
    if not any(path.conversions for path in paths):
        return
    wanted = oracle.removal_effects(plain(paths), order)

    found = removal_effects(paths, order=order)

    assert {channel: found.get(channel, 0) for channel in wanted} == pytest.approx(
        {c: float(effect) for c, effect in wanted.items()}, abs=1e-9
    )


@settings(deadline=None, max_examples=30)
@given(paths=st.lists(ways(), min_size=1, max_size=40))
def test_removal_effects_are_those_of_the_fundamental_matrix(paths):
    """By (I - Q)^-1 R of the chain with the channel's column taken out, in numpy."""
    if not any(path.conversions for path in paths):
        return
    chain = oracle.chances(plain(paths), 1)
    states = list(chain)

    def converting(without=None):
        inner = numpy.array(
            [
                [
                    0.0 if other == (without,) else float(chain[one].get(other, 0))
                    for other in states
                ]
                for one in states
            ]
        )
        ends = numpy.array([float(chain[one].get(oracle.WON, 0)) for one in states])
        known = numpy.linalg.inv(numpy.eye(len(states)) - inner)
        return (known @ ends)[states.index(oracle.START)]

    whole, found = converting(), removal_effects(paths)

    for channel, effect in found.items():
        assert effect == pytest.approx(1 - converting(channel) / whole, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(paths=st.lists(ways("abcde"), min_size=1, max_size=8))
def test_shapley_is_the_mean_of_what_a_channel_adds(paths):
    wanted = oracle.shapley(plain(paths))

    found = attribute(paths, model="shapley")

    assert {key: credit.conversions for key, credit in found.items()} == pytest.approx(
        {channel: float(worth) for channel, worth in wanted.items()}, abs=1e-9
    )


@settings(deadline=None, max_examples=40)
@given(paths=st.lists(ways(), max_size=20), others=st.lists(ways(), max_size=20))
def test_a_chain_that_was_kept_is_the_same_again(paths, others):
    kept = json.loads(json.dumps(chain_of(others, order=2).as_data()))

    found = removal_effects(paths, order=2, others=Chain.from_data(kept))

    together = removal_effects([*others, *paths], order=2)
    assert found == pytest.approx(together, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(paths=st.lists(ways(), max_size=40))
def test_both_ways_to_invert_agree(paths):
    matrix = chain_of(paths, order=2).matrix()
    if not matrix:
        return

    assert numpy.allclose(inverse(matrix), lapack_inverse(matrix), rtol=1e-9, atol=1e-9)
