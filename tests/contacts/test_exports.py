"""Contacts as a file: harmless in a spreadsheet, and as they were when they return."""

import csv
import gc
import io
import tracemalloc

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.services.running import run_until_finished
from contacts.exports import export_columns, export_rows
from contacts.models import Company, Contact, Tag
from contacts.services.imports import map_import, start_import, upload_import
from scoring.models import Score
from tests.contacts.test_imports import everything
from tests.factories.accounts import RepFactory, UserFactory
from tests.factories.contacts import (
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    TagFactory,
)
from tests.factories.journeys import PhaseFactory, PhaseVisitFactory
from tests.factories.scoring import ScoringModelFactory

pytestmark = pytest.mark.django_db

HOSTILE = [
    *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "'=1+1", "''=x", "'", "a,b", 'a"b', "a;b"),
    "=HYPERLINK(x)",
]


def exported(client, query=""):
    response = client.get(reverse("contacts:export") + query)
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def table(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_no_cell_computes(client, marketer):
    CustomFieldFactory(key="note", label="Note")
    for text in HOSTILE:
        company = CompanyFactory(name=text, industry=text, country=text)
        contact = ContactFactory(
            first_name=text, job_title=text, company=company, custom={"note": text}
        )
        contact.tags.add(TagFactory(name=text.replace(",", " ")))

    cells = [cell for row in table(exported(client)) for cell in row]

    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r"))]


def test_an_export_comes_back_as_it_was(client, marketer, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    rep = RepFactory()
    CustomFieldFactory(key="country", label="Born in")
    CustomFieldFactory(key="seats", type="number")
    CustomFieldFactory(key="vip", type="boolean")
    CustomFieldFactory(key="since", type="date")
    for number, text in enumerate(HOSTILE):
        contact = ContactFactory(
            email=f"c{number}@example.com",
            first_name=text,
            last_name=f"{text} ü\u2028x",
            phone="+49301234567",
            job_title=text,
            company=CompanyFactory(name=text, domain=f"d{number}.com", employees=7),
            owner=rep,
            language="de",
            timezone="Europe/Berlin",
            source=text,
            custom={
                "country": text,
                "seats": -number - 0.5,
                "vip": number % 2 == 0,
                "since": "2026-01-31",
            },
        )
        contact.tags.add(*[TagFactory(name=f"t{number}-{n}") for n in range(2)])
    before = _without_keys(everything())
    data = exported(client)

    now = timezone.now()
    for model in (Contact, Company, Tag):
        model.objects.all().delete()
    run = upload_import(file=io.BytesIO(data), name="back.csv", by=None, at=now)
    run = map_import(
        run=run, mapping=run.mapping, updates_existing=True, by=None, at=now
    )
    job = run_until_finished(start_import(run=run, by=None, at=now))

    assert job.result["created"] == len(HOSTILE), list(run.rejected_rows())
    assert _without_keys(everything()) == before


def _without_keys(found):
    contacts, companies, _fields = found
    return (
        sorted(map(repr, ((c[:5], c[6:]) for c in contacts.values()))),
        sorted(company[1:] for company in companies),
    )


def test_an_export_keeps_to_the_filter(client, marketer):
    ContactFactory(email="ada@example.com").tags.add(TagFactory(name="vip"))
    ContactFactory(email="bo@example.com")

    rows = table(exported(client, "?tag=vip"))

    assert [row[0] for row in rows] == ["email", "ada@example.com"]


def test_fields_of_ones_own_do_not_hide_ours():
    CustomFieldFactory(key="country")
    CustomFieldFactory(key="score")
    CustomFieldFactory(key="city")

    columns = export_columns()

    assert len(set(columns)) == len(columns)
    assert columns[-5:] == ["custom.country", "custom.score", "city", "score", "phase"]


def test_only_who_runs_marketing_exports(client):
    assert client.get(reverse("contacts:export")).status_code == 302
    for user in (RepFactory(), UserFactory()):
        client.force_login(user)
        assert client.get(reverse("contacts:export")).status_code == 403


@pytest.fixture
def only_new_garbage():
    """What there is already, the collector leaves alone: it is quick then."""
    gc.freeze()
    yield
    gc.unfreeze()


def test_memory_stays_flat(monkeypatch, only_new_garbage):
    monkeypatch.setattr("contacts.exports.CHUNK", 100)
    Contact.objects.bulk_create(
        Contact(email=f"c{n}@example.com", email_key=f"c{n}", job_title="x" * 150)
        for n in range(2_000)
    )

    def peak(contacts):
        rows = export_rows(contacts, export_columns(), at=timezone.now())
        tracemalloc.start()
        count = 0
        for count, _row in enumerate(rows, start=1):
            if count % 50 == 0:
                gc.collect()  # rows and their tags hold each other
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return count, most

    few = Contact.objects.filter(pk__lte=Contact.objects.order_by("pk")[199].pk)
    peak(few)  # whatever is kept from now on
    count_of_few, peak_of_few = peak(few)
    count_of_all, peak_of_all = peak(Contact.objects.all())

    assert (count_of_few, count_of_all) == (200, 2_000)
    assert peak_of_all < 1.5 * peak_of_few


@pytest.mark.parametrize("count", [1, 30])
def test_statements_of_an_export_do_not_grow_with_its_rows(
    django_assert_num_queries, count
):
    company, tag = CompanyFactory(), TagFactory(name="vip")
    phase, model = PhaseFactory(name="Ripe"), ScoringModelFactory()
    CustomFieldFactory(key="city")
    for _ in range(count):
        contact = ContactFactory(
            company=company, owner=RepFactory(), custom={"city": "Ulm"}
        )
        contact.tags.add(tag)
        PhaseVisitFactory(contact=contact, phase=phase)
        Score.objects.create(contact=contact, model=model, fit=12)
    columns = export_columns()

    # the contacts with all that is one to one, their tags, and that there are no more
    with django_assert_num_queries(3):
        rows = list(export_rows(Contact.objects.all(), columns, at=timezone.now()))

    assert [row[-3:] for row in rows] == [["Ulm", "12.00", "Ripe"]] * count
