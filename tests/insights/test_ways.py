"""The laws of ways: what adds up to what, and what fits the order."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.ways import (
    START,
    Conformance,
    Skips,
    conformance,
    entered,
    fitness,
    moves,
    repeated,
    skips,
    streams,
    variants,
)

ORDER = (1, 2, 3, 4)
LOST = 9
some_way = st.lists(st.sampled_from((*ORDER, LOST)), min_size=1, max_size=7).map(tuple)
some_ways = st.dictionaries(some_way, st.integers(1, 50), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("way", "fits"),
    [
        ((1,), 1),
        ((1, 2, 3, 4), 1),
        ((1, 2, LOST), 1),  # losing a deal is no deviation
        ((LOST,), 1),
        ((1, 3), 1 / 2),  # either 3 was not foreseen, or 2 was left out
        ((1, 3, 4), 2 / 3),
        ((2,), 0),  # to leave out 1 costs as much as 2 itself
        ((1, 2, 1, 2), 1 / 2),
        ((4, 3, 2, 1), 1 / 4),
    ],
)
def test_fitness_of_known_ways(way, fits):
    assert fitness(way, ORDER) == pytest.approx(fits)


@given(some_way)
def test_fitness_is_a_share_and_1_only_as_defined(way):
    taken = tuple(phase for phase in way if phase != LOST)

    fits = fitness(way, ORDER)

    assert 0 <= fits <= 1
    assert (fits == 1) == (taken == ORDER[: len(taken)])


@given(some_way)
def test_fitness_is_that_of_the_cheapest_alignment(way):
    """Against the edit distance with insertions and deletions, laid out in full."""
    taken = [phase for phase in way if phase != LOST]
    if not taken:
        return
    row = list(range(len(ORDER) + 1))
    for number, phase in enumerate(taken, start=1):
        above, row = row, [number]
        for place, defined in enumerate(ORDER, start=1):
            step = min(above[place], row[-1]) + 1
            row.append(min(step, above[place - 1]) if phase == defined else step)

    assert fitness(way, ORDER) == pytest.approx(1 - min(row) / len(taken))


@given(some_ways)
def test_moves_add_up_to_the_stays(ways):
    found = moves(ways)

    stays = sum(len(way) * count for way, count in ways.items())
    begun = sum(move.moves for move in found if move.source == START)
    assert sum(move.moves for move in found) == stays
    assert begun == sum(ways.values())
    assert all(0 < move.contacts <= move.moves for move in found)
    # What comes into a phase is what was entered there, once for each stay.
    into = Counter()
    for move in found:
        into[move.target] += move.moves
    assert all(into[phase] >= count for phase, count in entered(ways).items())


@given(some_ways)
def test_variants_add_up_to_the_contacts(ways):
    found = variants(ways, ORDER)

    assert sum(variant.contacts for variant in found) == sum(ways.values())
    assert sum(variant.share for variant in found) == pytest.approx(1)
    assert [v.contacts for v in found] == sorted(ways.values(), reverse=True)


@given(some_ways)
def test_conformance_is_the_mean_of_the_variants(ways):
    found = conformance(ways, ORDER)

    each = variants(ways, ORDER)
    assert found.fitness == pytest.approx(sum(v.share * v.fitness for v in each))
    assert found.as_defined == sum(v.contacts for v in each if v.fitness == 1)
    assert 0 <= found.share <= found.fitness + 1e-9 <= 1 + 1e-9


@given(some_ways)
def test_who_came_past_a_phase_was_in_it_or_skipped_it(ways):
    found, through = skips(ways, ORDER), entered(ways)

    assert found[ORDER[-1]] == Skips(0, 0)
    for phase, later in pairwise(ORDER):
        assert 0 <= found[phase].skipped <= found[phase].passed
        assert found[phase].passed - found[phase].skipped <= through[phase]
        assert found[phase].passed >= found[later].passed


@given(some_ways, st.integers(2, 7))
def test_streams_go_on_from_where_they_came_to(ways, steps):
    found = streams(ways, steps=steps)

    arrived, left = Counter(), Counter()
    for stream in found:
        left[stream.step, stream.source] += stream.contacts
        arrived[stream.step + 1, stream.target] += stream.contacts
    assert all(stream.step < steps - 1 for stream in found)
    assert all(left[place] <= arrived[place] for place in left if place[0] > 0)


def test_coming_back_is_counted_once_for_each_contact():
    ways = {(1, 2, 1, 2, 1): 3, (1, 2): 5}

    assert repeated(ways) == {1: 3, 2: 3}


def test_nobody_is_no_conformance_and_no_error():
    assert conformance({}, ORDER) == Conformance(0, 0, None)
    assert moves({}) == streams({}, steps=3) == variants({}, ORDER) == []
    assert skips({}, ORDER)[1].share is None
