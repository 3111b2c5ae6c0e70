"""How long it takes, those included who still wait."""

import pytest

from insights.kaplan_meier import Wait, median_time, survival


def each(durations, ended):
    return [Wait(*wait) for wait in zip(durations, ended, strict=True)]


def test_the_curve_is_that_of_the_textbook():
    # Freireich's 21 patients on 6-MP, the example of most textbooks: weeks, and
    # whether the remission had ended.
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34]
    weeks.append(35)
    open_places = {3, 5, 7, 8, 11, 12, 13, 16, 17, 18, 19, 20}
    ended = [place not in open_places for place in range(len(weeks))]

    patients = each(weeks, ended)
    curve = list(survival(patients))

    assert [week for week, _share in curve] == [6, 7, 10, 13, 16, 22, 23]
    shares = [round(share, 3) for _week, share in curve]
    assert shares == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert median_time(patients) == 23


@pytest.mark.parametrize(
    ("durations", "ended", "median"),
    [
        ([], [], None),
        ([3], [True], 3),
        ([3], [False], None),
        ([1, 2, 3, 4], [True] * 4, 2),
        ([1, 2, 3], [True] * 3, 2),
        # Two of three wait already longer: half of them have not come to the end.
        ([1, 5, 6], [True, False, False], None),
        # Watched up to the moment at which the other one ended: still counted then.
        ([2, 2], [True, False], 2),
        ([1, 2, 3, 4, 5, 6], [True] * 6, 3),
    ],
)
def test_the_median_is_when_half_have_come_to_the_end(durations, ended, median):
    assert median_time(each(durations, ended)) == median


def test_open_cases_make_it_longer_than_the_finished_ones_alone():
    finished, still_open = [1, 2, 3, 4, 5], [6, 7, 8]

    alone = median_time(each(finished, [True] * 5))
    with_open = median_time(each(finished + still_open, [True] * 5 + [False] * 3))

    assert (alone, with_open) == (3, 4)


def test_so_many_of_one_count_as_so_many_ones():
    ones = median_time(each([1] * 3 + [4] * 5 + [9] * 2, [True] * 8 + [False] * 2))

    assert median_time([Wait(1, 3, 3), Wait(4, 5, 5), Wait(9, 0, 2)]) == ones == 4
