"""The rule for text, and how text is searched."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from contacts.company_values import clean_domain
from contacts.models import Contact
from contacts.phones import BadPhone, clean_phone
from contacts.text import BadText, PlainText, clean_text, folded
from contacts.values import clean_email
from leadhub.errors import InvalidValue
from tests.factories.contacts import ContactFactory


@given(st.text(max_size=60))
def test_what_passes_can_be_stored_and_passes_again(text):
    try:
        clean = clean_text(text, attr="name", max_length=50)
    except BadText:
        return

    clean.encode()  # no lone surrogate
    assert len(clean) <= 50
    assert clean == unicodedata.normalize("NFC", clean).strip()
    assert not {unicodedata.category(char) for char in clean} & {"Cc", "Cs"}
    assert clean_text(clean, attr="name", max_length=50) == clean


@pytest.mark.parametrize(
    "text", ["a\x00", "a\nb", "\ud800", "\u202eevil", "a\u2066b", "\x9b", "a" * 51, 5]
)
def test_what_cannot_be_stored_or_would_deceive_is_refused(text):
    with pytest.raises(BadText):
        clean_text(text, attr="name", max_length=50)


def test_several_lines_pass_where_they_may():
    assert clean_text("a\nb", attr="x", max_length=9, multiline=True) == "a\nb"
    PlainText(max_length=5)("short")
    with pytest.raises(ValidationError):
        PlainText(max_length=5)("a\x00")


@example("\U0001d6a8")
@given(st.text(max_size=30))
def test_folding_forgets_case_and_again_changes_nothing(text):
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("030 / 12 34 56", "+4930123456"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("0049 30 123456", "+4930123456"),
        ("+49 30 123456 ext. 12", "+4930123456;ext=12"),
        ("", ""),
    ],
)
def test_phones_become_e164(given_text, expected):
    assert clean_phone(given_text) == expected


@pytest.mark.parametrize("text", ["many", "1", "+", "+999999999999999999", "=1+1"])
def test_what_is_no_phone_is_refused(text):
    with pytest.raises(BadPhone):
        clean_phone(text)


def test_addresses_keep_the_case_of_their_local_part():
    assert clean_email(" Ada.B@EXAMPLE.com ") == "Ada.B@example.com"
    assert Contact.key_of("STRASSE@x.com") == Contact.key_of("straße@x.com")
    for bad in ("a@", "a b@x.com", "Ada <a@x.com>", "a@x.com\nBcc: b@x.com", "x" * 300):
        with pytest.raises(InvalidValue):
            clean_email(bad)


def test_domains_are_taken_from_addresses():
    assert clean_domain("https://www.Müller.de/x?y") == "xn--mller-kva.de"
    for bad in ("acme", "acme com", "a..de", "-x.de", "x.de@y"):
        with pytest.raises(InvalidValue):
            clean_domain(bad)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ada", {"ada", "óda"}),
        ("ADA byron", {"ada"}),
        ("byron acme", {"ada"}),
        ("muller", {"óda"}),
        ("MÜLLER", {"óda"}),
        ("strasse", {"óda"}),
        ("%", set()),
        ("_", {"óda"}),
        ("\\", set()),
        ("x.org", {"óda"}),
        ("by", {"ada"}),
        ("or", {"óda"}),
        ("st", {"óda"}),
        ("yr", set()),
        ("nobody", set()),
        ("", {"ada", "óda"}),
    ],
)
def test_search_finds_the_same_on_both_databases(words, found):
    ContactFactory(
        first_name="Ada", last_name="Byron", email="ada@acme.com", company__name="Acme"
    )
    ContactFactory(
        first_name="Adà",
        last_name="Müller-Straße",
        email="o_da@x.org",
        company__name="Zenith",
    )
    names = {"ada@acme.com": "ada", "o_da@x.org": "óda"}

    assert {names[row.email] for row in Contact.objects.search(words)} == found
