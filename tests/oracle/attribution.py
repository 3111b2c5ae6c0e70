"""What attribution must answer, the slow way and in fractions.

Written from docs/adr/0010 and contract.md; it imports nothing from ``insights``. A path
is (channels, conversions, nulls), counts whole numbers.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import permutations
from math import factorial

START, WON, LEFT = "(start)", "(won)", "(left)"


def chances(paths, order):
    """State -> next state -> chance. A state is the channels touched last."""
    counts = defaultdict(lambda: defaultdict(int))
    for channels, conversions, nulls in paths:
        before = START
        for place in range(len(channels)):
            state = tuple(channels[max(0, place + 1 - order) : place + 1])
            counts[before][state] += conversions + nulls
            before = state
        counts[before][WON] += conversions
        counts[before][LEFT] += nulls
    return {
        state: {
            following: Fraction(count, sum(row.values()))
            for following, count in row.items()
            if count
        }
        for state, row in counts.items()
        if sum(row.values())
    }


def converting(chain, without=None):
    """The chance to convert from the start, if who reaches ``without`` leaves."""
    states = list(chain)
    rows = [
        [Fraction(int(one == other)) for other in states] + [Fraction(0)]
        for one in states
    ]
    for row, state in zip(rows, states, strict=True):
        for following, chance in chain[state].items():
            if following == WON:
                row[-1] += chance
            elif following != LEFT and following[-1] != without:
                row[states.index(following)] -= chance
    return _solved(rows)[states.index(START)]


def _solved(rows):
    for place in range(len(rows)):
        pivot = next(i for i in range(place, len(rows)) if rows[i][place])
        rows[place], rows[pivot] = rows[pivot], rows[place]
        by = rows[place][place]
        rows[place] = [number / by for number in rows[place]]
        for i, row in enumerate(rows):
            if i != place and row[place]:
                factor = row[place]
                rows[i] = [
                    a - factor * b for a, b in zip(row, rows[place], strict=True)
                ]
    return [row[-1] for row in rows]


def removal_effects(paths, order=1):
    chain = chances(paths, order)
    whole = converting(chain)
    channels = {channel for path, *_counts in paths for channel in path}
    return {
        channel: 1 - converting(chain, without=channel) / whole for channel in channels
    }


def shapley(paths):
    """The mean of what a channel adds, over all orders in which channels may join."""
    channels = sorted({channel for path, *_counts in paths for channel in path})

    def worth(coalition):
        return sum(
            conversions for path, conversions, _nulls in paths if set(path) <= coalition
        )

    added = dict.fromkeys(channels, Fraction(0))
    for order in permutations(channels):
        joined = set()
        for channel in order:
            before = worth(joined)
            joined.add(channel)
            added[channel] += worth(joined) - before
    return {channel: sum_ / factorial(len(channels)) for channel, sum_ in added.items()}
