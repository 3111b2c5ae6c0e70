"""Files of contacts as they come: encodings, delimiters, quotes, ragged rows."""

import io

import pytest

from contacts.imports.encodings import encoding_of
from contacts.imports.mapping import escaped, guess, item_of, unescaped
from contacts.imports.new_fields import field_for, numbers, type_of
from contacts.imports.reading import Unreadable, data_rows, fault_of, shape_of
from contacts.imports.writing import csv_lines, rejected_lines
from contacts.models import CustomField

PEOPLE = "Mail;Vorname;Stadt\nada@example.com;Ada;Köln\nbo@example.com;Zoë;Łódź\n"
GERMAN = "Mail;Vorname;Stadt\nada@example.com;Jürgen;Köln\nbo@example.com;Grüße;Fulda\n"


def read(data, **options):
    file = io.BytesIO(data)
    shape = shape_of(file)
    return shape, list(data_rows(file, shape))


def cells(data):
    return [row for _number, row in read(data)[1]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_with_and_without_a_mark(encoding):
    shape, rows = read(PEOPLE.encode(encoding))

    assert shape.columns == ["Mail", "Vorname", "Stadt"]
    assert [row for _number, row in rows] == [
        ["ada@example.com", "Ada", "Köln"],
        ["bo@example.com", "Zoë", "Łódź"],
    ]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_unicode_without_a_mark_is_known_by_its_zeros(encoding):
    assert cells(GERMAN.encode(encoding))[0] == ["ada@example.com", "Jürgen", "Köln"]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_what_windows_writes_is_read(encoding):
    assert cells(GERMAN.encode(encoding)) == [
        ["ada@example.com", "Jürgen", "Köln"],
        ["bo@example.com", "Grüße", "Fulda"],
    ]


def test_an_umlaut_far_down_decides_as_well():
    lines = ["mail,city"] + [f"c{n}@example.com,Bonn" for n in range(40_000)]
    data = "\n".join([*lines, "ada@example.com,Köln"]).encode("cp1252")

    assert encoding_of(io.BytesIO(data)) != "utf-8"
    assert cells(data)[-1] == ["ada@example.com", "Köln"]


def test_a_broken_byte_does_not_make_all_of_utf8_something_else():
    data = ("mail,city\n" + "ada@example.com,Köln\n" * 5).encode()
    data += b"bo@example.com,K\xf6ln\n"

    shape, rows = read(data)

    assert shape.encoding == "utf-8"
    assert rows[0][1] == ["ada@example.com", "Köln"]
    assert rows[-1][1] == ["bo@example.com", "K\ufffdln"]
    mapping = {"mail": "email", "city": "custom.city"}
    assert "cannot be read" in fault_of(rows[-1][1], shape, mapping=mapping)
    assert fault_of(rows[-1][1], shape, mapping={"mail": "email"}) == ""


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(delimiter):
    text = "mail,name,note\na@example.com,Ada,x\n".replace(",", delimiter)
    shape, rows = read(text.encode())

    assert shape.delimiter == delimiter
    assert rows == [(2, ["a@example.com", "Ada", "x"])]


def test_commas_in_cells_do_not_hide_the_semicolon():
    shape, rows = read(b"mail;amount\na@example.com;1,5\nb@example.com;2,5\n")

    assert shape.delimiter == ";"
    assert rows[1] == (3, ["b@example.com", "2,5"])


def test_the_hint_of_a_spreadsheet_is_followed_and_no_row():
    shape, rows = read(b"sep=|\r\nmail|name\r\na@example.com|Ada, B\r\n")

    assert shape.columns == ["mail", "name"]
    assert rows == [(2, ["a@example.com", "Ada, B"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_lines_end_as_they_like(end, last):
    text = f"mail,name{end}a@example.com,Ada{end}b@example.com,Bo"

    assert cells((text + (end if last else "")).encode()) == [
        ["a@example.com", "Ada"],
        ["b@example.com", "Bo"],
    ]


def test_characters_that_only_python_takes_for_line_ends_stay_in_their_cell():
    text = "mail,name\na@example.com,A\u2028d\x85a\x0b!\n"

    assert cells(text.encode()) == [["a@example.com", "A\u2028d\x85a\x0b!"]]


def test_quotes_hold_delimiters_lines_and_quotes():
    data = b'mail,note\na@example.com,"one, ""two""\nthree"\nb@example.com,x\n'

    assert read(data)[1] == [
        (2, ["a@example.com", 'one, "two"\nthree']),
        (3, ["b@example.com", "x"]),
    ]


def test_rows_are_numbered_as_a_spreadsheet_shows_them():
    data = b"mail,name\n\na@example.com,Ada\n , \nb@example.com,Bo\n"

    assert [number for number, _cells in read(data)[1]] == [3, 5]


def test_a_quotation_mark_that_is_never_closed_is_named_with_its_line():
    data = b'mail,note\na@example.com,x\nb@example.com,"open\nc@example.com,y\n'
    file = io.BytesIO(data)
    shape = shape_of(file)

    with pytest.raises(Unreadable, match="Line 3: a quotation mark"):
        list(data_rows(file, shape))


def test_a_quotation_mark_that_is_missing_does_not_swallow_rows_unnoticed():
    data = (
        b"mail,first,last,note\n"
        b'a@example.com,Ada,B,"open\n'
        b"b@example.com,Bo,C,x\n"
        b'c@example.com,Cy,D,y"\n'
        b"d@example.com,Di,E,z\n"
    )
    shape, rows = read(data)

    faults = [fault_of(row, shape, mapping={"mail": "email"}) for _n, row in rows]
    assert [number for number, _row in rows] == [2, 3]
    assert "has taken in others" in faults[0]
    assert faults[1] == ""


def test_a_cell_beyond_what_csv_takes_is_refused_with_its_line():
    file = io.BytesIO(b"mail,note\na@example.com," + b"x" * 200_000 + b"\n")
    shape = shape_of(file)

    with pytest.raises(Unreadable, match="Line 2 cannot be read"):
        list(data_rows(file, shape))


def test_short_rows_say_nothing_and_long_ones_are_not_trusted():
    shape, rows = read(
        b"mail,first,last\na@example.com\nb@example.com,Bo,C,,\nx,y,z,w\n"
    )
    mapping = {"mail": "email", "first": "first_name"}

    assert [fault_of(row, shape, mapping=mapping) for _n, row in rows] == [
        "",
        "",
        "This row has 4 cells, and there are 3 columns.",
    ]
    assert item_of(rows[0][1], columns=shape.columns, mapping=mapping) == {
        "email": "a@example.com"
    }


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b" \n\n\t\n", "empty"),
        (b"PK\x03\x04\x14\x00\x06\x00", "Save the table as CSV first"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\xff\xfe", "not a text file"),
        (b"\x07,\x07\na@example.com,\n", "no first row with names"),
        (b",".join(b"c%d" % n for n in range(301)) + b"\n", "more than 300 columns"),
        (b'"mail,name\na@example.com,Ada\n', "never closed"),
    ],
)
def test_what_is_no_table_is_refused(data, sentence):
    with pytest.raises(Unreadable, match=sentence):
        shape_of(io.BytesIO(data))


def test_columns_get_names_that_are_text_and_differ():
    shape, _rows = read(b"mail,mail,,\x00na\x07me ,x\ny\n")

    assert shape.columns == ["mail", "mail (2)", "column 3", "na me", "x"]


def test_guess_knows_names_in_two_languages_and_uses_no_field_twice():
    columns = ["E-Mail", "Vorname", "Nachname", "Firma", "Land", "mail", "Foo"]

    assert guess(columns, custom_fields={}) == {
        "E-Mail": "email",
        "Vorname": "first_name",
        "Nachname": "last_name",
        "Firma": "company.name",
        "Land": "company.country",
        "mail": "",
        "Foo": "",
    }


def test_a_country_without_a_company_is_ones_own_field_of_that_name():
    field = CustomField(key="country", label="Country")

    found = guess(["Prospect ID", "Country"], custom_fields={"country": field})

    assert found == {"Prospect ID": "", "Country": "custom.country"}


def test_a_country_without_a_company_is_not_the_companys():
    assert guess(["email", "country"], custom_fields={})["country"] == ""


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (["Yes", "no", ""], "boolean"),
        (["1", "-2.5", ""], "number"),
        (["2026-01-31", "2025-12-01"], "date"),
        (["1", "x"], "text"),
        (["", " "], "text"),
        (["0049301234567890123"], "text"),
    ],
)
def test_the_type_of_a_new_field_is_the_narrowest(found, kind):
    assert type_of(found) == kind


def test_new_fields_have_keys_that_are_free():
    assert field_for("Größe (m)", "number", taken={"grosse_m"})["key"] == "grosse_m_2"
    assert field_for("2nd name", "text", taken=())["key"] == "f_2nd_name"
    assert field_for("№ 名", "text", taken=())["key"] == "no"


def test_a_column_that_numbers_people_is_known_by_name_and_content():
    assert numbers("Prospect ID", ["a", "b", "c"])
    assert numbers("Lead Number", ["1", "2"])
    assert not numbers("Prospect ID", ["a", "a"])
    assert not numbers("Prospect ID", ["a", ""])
    assert not numbers("Candid", ["a", "b"])


@pytest.mark.parametrize(
    "text",
    [
        *(
            "=1+1",
            "+cmd",
            "-2+3",
            "@x",
            "\t=1",
            "\r=1",
            "'=1",
            "''=1",
            "'",
            "'x",
            "x=1",
        ),
        *("+493012345", "'+493012345", "+493012345;ext=12", "", "=HYPERLINK(1)"),
    ],
)
def test_formulas_are_disarmed_and_come_back_as_they_were(text):
    safe = escaped(text)

    assert unescaped(safe) == text
    assert not safe.startswith(("=", "-", "@", "\t", "\r"))
    assert not safe.startswith("+") or safe[1:].isdigit()


@pytest.mark.parametrize("text", ["-2", "-5.00", "+493012345"])
def test_plain_numbers_stay_numbers(text):
    assert escaped(text) == unescaped(text) == text


def test_guess_takes_the_names_of_fields_as_they_are():
    fields = {"country": CustomField(key="country", label="Country of birth")}
    columns = ["email", "company.name", "company.country", "custom.country"]

    assert guess(columns, custom_fields=fields) == dict(
        zip(columns, columns, strict=True)
    )


def test_rejected_rows_stand_as_they_were_with_number_and_reasons():
    lines = rejected_lines(
        ["mail", "name"],
        [(3, ["x"], ["no", "never"]), (9, ["a", "b", "=c"], ["long"])],
        delimiter=";",
    )

    assert "".join(lines) == (
        "\ufeffmail;name;rejected: row;rejected: why\r\nx;;3;no; never\r\n".replace(
            "no; never", '"no; never"'
        )
        + "a;b;9;long;'=c\r\n"
    )


def test_lines_are_made_one_by_one():
    def endless():
        while True:
            yield ["a@example.com"]

    lines = csv_lines(["email"], endless())

    assert [next(lines), next(lines)] == ["\ufeffemail\r\n", "a@example.com\r\n"]
