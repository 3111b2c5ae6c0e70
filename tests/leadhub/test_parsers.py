import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadhub.rest.parsers import parse_json

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_what_json_writes_is_read_back(value):
    assert parse_json(json.dumps(value).encode()) == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "Expecting property name"),
        (b"NaN", "NaN is not a number"),
        (b"[-Infinity]", "Infinity is not a number"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b"1e999", "too long"),
        (b"1" * 5000, "too long"),
        (b"[" * 33 + b"]" * 33, "deeper than 32"),
        (b"[" * 100_000, "deeper than 32"),
        (b'"\\ud800"', "surrogates not allowed"),
        (b"\xff", "can't decode"),
        (b"", "Expecting value"),
    ],
)
def test_what_others_would_read_differently_is_refused(body, reason):
    with pytest.raises(ValueError, match=reason):
        parse_json(body)


def test_brackets_in_text_are_no_nesting():
    assert parse_json(json.dumps("[{" * 100 + '\\"').encode()) == "[{" * 100 + '\\"'
