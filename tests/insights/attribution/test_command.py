"""``manage.py attribute_paths``: files, standard input, and what it does not take."""

from __future__ import annotations

import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command

from insights.attribution.catalog import OF_FILES

ROWS = """path,total_conversions,total_conversion_value,total_null
ad > mail > fair,10,100,3
ad,5,20.5,10
mail > mail > ad,2,30,1
radio,0,,7
"""


def told(*args, **options):
    out = io.StringIO()
    call_command("attribute_paths", *args, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def file(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "paths.csv"
        path.write_bytes(text.encode(encoding))
        return str(path)

    return write


def test_json_has_every_channel_under_every_model(file):
    found = json.loads(told(file(ROWS), "--json"))

    assert list(found) == list(OF_FILES)
    for model in found.values():
        assert set(model) == {"ad", "mail", "fair", "radio"}
        assert sum(c["conversions"] for c in model.values()) == pytest.approx(17)
        assert sum(c["value"] for c in model.values()) == pytest.approx(150.5)
    assert found["first"]["ad"] == {"conversions": 15, "value": 120.5}


def test_models_are_chosen_and_each_is_told_once(file):
    models = ["--model", "linear", "--model", "last", "--model", "linear"]

    assert list(json.loads(told(file(ROWS), *models, "--json"))) == ["linear", "last"]


def test_a_row_per_channel_and_model_is_printed(file):
    lines = told(file(ROWS), "--model", "last").splitlines()

    assert [line.split() for line in lines] == [
        ["model", "conversions", "value", "channel"],
        ["last", "10.000000", "100.00", "fair"],
        ["last", "7.000000", "50.50", "ad"],
        ["last", "0.000000", "0.00", "mail"],
        ["last", "0.000000", "0.00", "radio"],
    ]


def test_standard_input_is_read(monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(ROWS.encode()))
    monkeypatch.setattr(sys, "stdin", stdin)

    assert json.loads(told("-", "--json", "--model", "last"))["last"]["fair"] == {
        "conversions": 10,
        "value": 100,
    }


def test_only_two_columns_are_needed_in_any_encoding_and_order(file):
    text = "total_conversions;Path;note\n3;Müller > R&D>x;a\n"

    found = json.loads(told(file(text, "cp1252"), "--json", "--model", "first"))

    assert found == {
        "first": {
            "Müller": {"conversions": 3, "value": 0},
            "R&D>x": {"conversions": 0, "value": 0},
        }
    }


def test_a_higher_order_is_taken(file):
    rows = "path,total_conversions,total_null\na > b,10,0\nc > b,0,10\n"

    found = json.loads(told(file(rows), "--json", "--model", "markov", "--order", "2"))

    assert found["markov"]["c"] == {"conversions": 0, "value": 0}


def test_a_file_without_rows_has_nothing_to_share(file):
    assert json.loads(told(file(ROWS.splitlines()[0]), "--json"))["markov"] == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("path,conversions\na,1\n", "total_conversions"),
        ("path,total_conversions\na,1\na > > b,2\n", "Row 3"),
        ("path,total_conversions\n,1\n", "Row 2"),
        ("path,total_conversions\na,\n", "Row 2"),
        ("path,total_conversions\na,-1\n", "total_conversions"),
        ("path,total_conversions\na,nan\n", "nan"),
        ("path,total_conversions\na,1e999\n", "1e999"),
        ("path,total_conversions,total_null\na,1,x\n", "total_null"),
        ("path,total_conversions,total_conversion_value\na,0,5\n", "value"),
        ("path,total_conversions\na,1,2,3\n", "cells"),
        ('path,total_conversions\n"a,1\n', "quotation mark"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(file, text, says):
    with pytest.raises(CommandError, match=says):
        told(file(text))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        told(str(tmp_path / "none.csv"))


@pytest.mark.parametrize("args", [["--model", "magic"], ["--order", "0"]])
def test_what_there_is_not_is_refused(file, args):
    with pytest.raises(CommandError):
        told(file(ROWS), *args)
