"""Figures in words."""

import pytest

from insights.kpis.definitions import Figure
from insights.kpis.words import change_text, figure_text, missed_text, value_text
from insights.selectors.figure_pages import finding_text


def of(value, before=None, target=None, unit="%"):
    return Figure("x", "Win rate", "", value, before, unit, target=target)


@pytest.mark.parametrize(
    ("value", "before", "unit", "text"),
    [
        (131, 100, "", "+31\u202f%"),
        (45, 50, "%", "−5\u202fpoints"),
        (50.2, 50, "%", "±0\u202fpoints"),
        (5, 0, "", "–"),
        (5, None, "", "–"),
    ],
)
def test_a_change_has_its_sign(value, before, unit, text):
    assert change_text(of(value, before, unit=unit)) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (27.5, "d", "27.5\u202fd"),
        (0.02, "d", "0.5\u202fh"),
        (0, "d", "0.0\u202fd"),
        (1.26, "h", "1.3\u202fh"),
        (3.04, "stars", "3.0 of 5"),
        (None, "%", "–"),
    ],
)
def test_a_figure_has_its_unit(value, unit, text):
    assert figure_text(value, unit) == text


def test_what_is_missed_by_little_is_said_so_finely_that_it_shows():
    assert missed_text(of(69.57, target=70)) == ("69.6\u202f%", "70\u202f%")
    assert missed_text(of(60, target=70)) == ("60\u202f%", "70\u202f%")
    assert value_text(of(69.57)) == "70\u202f%"
    assert "is 69.6\u202f%, the target 70\u202f%" in finding_text(
        [of(69.57, target=70)]
    )


def test_a_period_without_one_before_is_not_called_empty():
    assert "nothing to compare" in finding_text([of(50)])
    assert finding_text([of(None)]).startswith("Nothing happened")
