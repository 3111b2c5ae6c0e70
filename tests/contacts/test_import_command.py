"""``manage.py import_contacts``, as its contract says."""

import csv
import io
import sys
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from contacts.models import Contact, CustomField, Tag
from contacts.models.imports import Import
from tests.factories.contacts import ContactFactory, CustomFieldFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def people(tmp_path):
    def people(text, name="people.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return people


def run(*args):
    """(exit status, what it printed)."""
    out = io.StringIO()
    try:
        call_command("import_contacts", *map(str, args), stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def printed(created, updated, unchanged, rejected):
    return (
        f"created: {created}\nupdated: {updated}\n"
        f"unchanged: {unchanged}\nrejected: {rejected}\n"
    )


def test_it_prints_what_became_of_the_rows(people):
    ContactFactory(email="ada@example.com")
    path = people("mail;vorname\nada@example.com;Ada\nbo@example.com;Bo\n")

    assert run(path) == (0, printed(1, 0, 1, 0))
    assert run(path, "--update") == (0, printed(0, 1, 1, 0))
    assert not path.with_name("people.csv.rejected.csv").exists()


def test_rejected_rows_are_beside_the_file_and_the_exit_status_is_1(people):
    path = people("email,first_name\nada@example.com,Ada\nnobody,=1+1\n")
    beside = path.with_name("people.csv.rejected.csv")

    status, text = run(path)

    assert status == 1
    assert text == printed(1, 0, 0, 1) + f"The rejected rows are in {beside}.\n"
    with beside.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["email", "first_name", "rejected: row", "rejected: why"],
            ["nobody", "'=1+1", "3", "email: This is not an e-mail address."],
        ]


def test_rejected_rows_can_be_mended_and_brought_again(people):
    path = people("email,first_name\nnobody,=1+1\n")
    run(path)
    beside = path.with_name("people.csv.rejected.csv")
    beside.write_bytes(beside.read_bytes().replace(b"nobody", b"ada@example.com"))

    assert run(beside) == (0, printed(1, 0, 0, 0))
    assert Contact.objects.get().first_name == "=1+1"


def test_a_dry_run_prints_the_same_and_leaves_nothing_behind(
    people, settings, django_capture_on_commit_callbacks
):
    text = "email,Age\n" + "".join(f"c{n}@example.com,{n}\n" for n in range(600))
    path = people(text + "c1@example.com,7\nnobody,1\n")
    options = ["--map", "Age=new.number", "--list", "Fair", "--update"]

    with django_capture_on_commit_callbacks(execute=True):
        dry = run(path, *options, "--dry-run")

    assert dry[1].startswith(printed(600, 1, 0, 1))
    for model in (Contact, CustomField, Import, Tag):
        assert not model.objects.exists()
    assert not [*settings.MEDIA_ROOT.rglob("*.csv")]
    assert run(path, *options) == dry
    assert not [*settings.MEDIA_ROOT.rglob("*.csv")]


def test_columns_are_mapped_guessed_left_out_and_tagged(people):
    CustomFieldFactory(key="city", label="Town")
    path = people(
        "Contact=Mail,Name,City,Phone,Vorname\nada@example.com,Ada,Ulm,1,Augusta\n"
    )

    status, _text = run(
        *(path, "--list", "Fair 2026", "--map", "Contact=Mail=email"),
        *("--map", "Name=first_name", "--map", "Phone="),
    )

    assert status == 0
    contact = Contact.objects.get()
    assert (contact.first_name, contact.phone) == ("Ada", "")
    assert contact.custom == {"city": "Ulm"}
    assert [tag.name for tag in contact.tags.all()] == ["fair 2026"]


def test_new_fields_are_made_once(people):
    path = people("Key,Age\nk1,30\nk2,31\n")
    options = ["--map", "Key=new.identifier", "--map", "Age=new.number"]

    assert run(path, *options) == (0, printed(2, 0, 0, 0))
    assert run(path, *options) == (0, printed(0, 0, 2, 0))
    assert CustomField.objects.count() == 2


def test_standard_input_is_read(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    data = io.BytesIO(
        "email\tfirst_name\nada@example.com\tÄda\nno\t\n".encode("cp1252")
    )
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=data))

    status, text = run("-")

    assert status == 1
    assert text.endswith("The rejected rows are in stdin.rejected.csv.\n")
    assert Contact.objects.get().first_name == "Äda"


def test_a_file_beyond_what_the_browser_takes_is_read(people):
    row = b"ada@example.com," + b"x" * 90_000 + b"\n"
    path = people(b"email,note\n" + row * 240)
    assert path.stat().st_size > 20 * 1024 * 1024

    assert run(path, "--update") == (0, printed(1, 0, 239, 0))


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        (None, [], "No such file"),
        ("", [], "This file is empty"),
        ("email\na@example.com\n", ["--map", "email"], "wants COLUMN=FIELD"),
        ("email\na@example.com\n", ["--map", "nope=email"], "no column “nope”"),
        ("email\na@example.com\n", ["--map", "email=nope"], "no field “nope”"),
        ("name\nAda\n", [], "Say which column has the e-mail address"),
        ('email\n"a@example.com\n', [], "never closed"),
        ('email,x\na@example.com,\nb@example.com,"\n', [], "Line 3: a quotation mark"),
        ("email\na@example.com\n", ["--list", "a\x07b"], "control characters"),
    ],
)
def test_what_is_wrong_is_said_and_leaves_no_contact(
    people, tmp_path, text, options, sentence
):
    path = tmp_path / "missing.csv" if text is None else people(text)

    with pytest.raises(CommandError, match=sentence):
        run(path, *options)

    assert not Contact.objects.exists()
    assert Import.objects.filter(status="uploaded").count() == 0
