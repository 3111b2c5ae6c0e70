"""Figures in words: signs, places and units, the same in pages, mails and on the wall."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from insights.kpis.definitions import Figure
from insights.kpis.words import change_text, figure_text, target_text, value_text
from insights.selectors.figure_pages import finding_text

MINUS, THIN = "\u2212", "\u202f"


def figure(value, before=None, unit="", target=None, more_is_better=True):
    return Figure(
        *("key", "Label", "Definition", value, before),
        unit=unit,
        target=target,
        more_is_better=more_is_better,
    )


@pytest.mark.parametrize(
    ("value", "before", "unit", "text", "direction", "is_good"),
    [
        (112, 100, "", "+12 %", "up", True),
        (88, 100, "", f"{MINUS}12 %", "down", False),
        (20, 1, "", "+1,900 %", "up", True),
        (100.4, 100, "", "±0 %", "", None),
        (99.6, 100, "", "±0 %", "", None),
        (100, 100, "", "±0 %", "", None),
        (41, 40, "%", "+1 point", "up", True),
        (38, 41, "%", f"{MINUS}3 points", "down", False),
        (40.4, 40, "%", "±0 points", "", None),
        (40.5, 40, "%", "±0 points", "", None),
        (40.6, 40, "%", "+1 point", "up", True),
        (None, 40, "%", "–", "", None),
        (5, 0, "", "–", "", None),
    ],
)
def test_a_change_has_a_sign_where_there_is_one(
    value, before, unit, text, direction, is_good
):
    found = figure(value, before, unit)

    assert change_text(found) == text.replace(" ", THIN)
    assert (found.direction, found.is_good) == (direction, is_good)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (59.9, "%", "60 %"),
        (99.7, "%", "99.7 %"),
        (99.99, "%", "99.9 %"),
        (100, "%", "100 %"),
        (0.04, "%", "0.1 %"),
        (0, "%", "0 %"),
        (2.25, "h", "2.2 h"),
        (16.5, "d", "16.5 d"),
        (0.02, "d", "0.5 h"),
        (0, "d", "0.0 d"),
        (12480, "", "12,480"),
        (9900.4, "EUR", "9,900 €"),
        (None, "EUR", "–"),
    ],
)
def test_a_figure_has_as_many_places_as_it_takes(value, unit, text):
    assert figure_text(value, unit) == text.replace(" ", THIN)


@pytest.mark.parametrize(
    ("value", "target", "unit", "said", "aimed"),
    [
        # What misses its target does not read as if it were met.
        (59.9, 60, "%", "59.9 %", "60 %"),
        (59.96, 60, "%", "59.96 %", "60 %"),
        (60, 60, "%", "60 %", "60 %"),
        (4.04, 4, "h", "4.04 h", "4.0 h"),
        (58, 58.06, "", "58", "58.1"),
        (1, 1.17, "", "1", "1.2"),
        (574, 538.3, "", "574", "538"),
        (9999.6, 10000, "EUR", "9,999.6 €", "10,000 €"),
        (None, 60, "%", "–", "60 %"),
        (59.9, None, "%", "60 %", "–"),
    ],
)
def test_a_value_can_be_told_from_its_target(value, target, unit, said, aimed):
    found = figure(value, unit=unit, target=target)

    assert value_text(found) == said.replace(" ", THIN)
    assert target_text(found) == aimed.replace(" ", THIN)


def test_a_period_without_one_before_is_not_called_empty():
    assert "nothing to compare" in finding_text([figure(50)])
    assert finding_text([figure(None)]).startswith("Nothing happened")


def test_a_target_that_is_missed_by_little_is_said_so_finely_that_it_shows():
    said = finding_text([figure(69.57, unit="%", target=70)])

    assert f"is 69.6{THIN}%, the target 70{THIN}%" in said


def test_in_german_numbers_are_german():
    with override("de"):
        assert figure_text(12480, "") == "12.480"
        assert change_text(figure(88, 100)) == f"{MINUS}12{THIN}%"


def test_stars_say_of_how_many():
    assert figure_text(3.14159, "stars") == "3.1 of 5"
