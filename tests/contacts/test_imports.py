"""Importing contacts, and taking an import back."""

import io

import pytest
from django.utils import timezone

from accounts.models import Job
from accounts.services.jobs import cancel_job
from accounts.services.running import run_next_job, run_until_finished
from contacts.models import Company, Contact, CustomField, Tag
from contacts.models.imports import Import, ImportRow
from contacts.services.companies import update_company
from contacts.services.contacts import update_contact
from contacts.services.imports import (
    ImportNotReady,
    discard_import,
    map_import,
    start_import,
    try_import,
    upload_import,
)
from contacts.services.merging import merge_contacts, undo_merge
from contacts.services.undoing import undo_import
from leadhub.errors import InvalidValue
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.contacts import (
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
)
from tests.factories.journeys import InteractionFactory

pytestmark = pytest.mark.django_db

COMPANIES = """email,first_name,company,domain,industry,tags
ada@example.com,Ada,Acme,acme.com,Software,vip
bo@example.com,Bo,Acme,,Games,
cy@example.com,Cy,Blau GmbH,,,vip; old
"""


@pytest.fixture
def upload(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    def upload(text, *, mapping=None, updates_existing=True, list_name="", by=None):
        now = timezone.now()
        data = text if isinstance(text, bytes) else text.encode()
        run = upload_import(file=io.BytesIO(data), name="people.csv", by=by, at=now)
        return map_import(
            run=run,
            mapping=run.mapping if mapping is None else mapping,
            updates_existing=updates_existing,
            list_name=list_name,
            by=by,
            at=now,
        )

    return upload


@pytest.fixture
def bring(upload):
    """Import a text to its end."""

    def bring(text, **options):
        run = upload(text, **options)
        job = run_until_finished(start_import(run=run, by=run.by, at=timezone.now()))
        assert job.status == Job.Status.DONE, job.error
        run.refresh_from_db()
        return run

    return bring


def counts(run):
    return run.created, run.updated, run.unchanged, run.rejected


def take_back(run):
    job = run_until_finished(undo_import(run=run, by=None, at=timezone.now()))
    assert job.status == Job.Status.DONE, job.error
    run.refresh_from_db()
    assert run.status == Import.Status.UNDONE
    return {key: job.result[key] for key in ("deleted", "restored", "kept")}


def everything():
    """What an import may touch, without the moments of change."""
    contacts = {
        row.pk: (
            *(row.email, row.first_name, row.last_name, row.phone, row.job_title),
            *(row.company_id, row.owner_id, row.language, row.timezone, row.source),
            *(row.custom, row.search_text, row.name_key),
            sorted(tag.name for tag in row.tags.all()),
            sorted(row.identifiers.values_list("field", "value")),
        )
        for row in Contact.objects.all()
    }
    facts = ("pk", "name", "domain", "industry", "employees", "country")
    companies = sorted(Company.objects.values_list(*facts))
    return contacts, companies, sorted(CustomField.objects.values_list("key"))


def test_every_row_is_answered_and_counted(bring):
    ContactFactory(email="known@example.com", first_name="Known", company=None)

    run = bring(
        "email,first_name,phone\n"
        "ada@example.com,Ada,030 1234567\n"
        "known@example.com,New,\n"
        "KNOWN@example.com,New,\n"
        "nobody,X,\n"
        ",Without,\n"
        "bo@example.com,Bo,call me\n",
        list_name="Fair 2026",
    )

    assert counts(run) == (1, 1, 1, 3)
    assert Contact.objects.get(email="ada@example.com").phone == "+49301234567"
    known = Contact.objects.get(email="known@example.com")
    assert known.first_name == "New"
    assert [tag.name for tag in known.tags.all()] == ["fair 2026"]
    assert [(number, reasons) for number, _cells, reasons in run.rejected_rows()] == [
        (5, ["email: This is not an e-mail address."]),
        (6, ["email: An e-mail address is needed."]),
        (7, ["phone: This is not a telephone number."]),
    ]
    assert not run.file.storage.exists(run.file.name)


def test_empty_cells_leave_what_is_there(bring):
    ContactFactory(email="ada@example.com", first_name="Ada", job_title="Head")

    run = bring("email,first_name,title\nada@example.com,,\n")

    assert counts(run) == (0, 0, 1, 0)


def test_without_update_known_contacts_and_companies_stay(bring):
    company = CompanyFactory(name="Acme", domain="acme.com", industry="Old")
    ContactFactory(email="ada@example.com", first_name="Old", company=company)
    before = everything()

    run = bring(
        "email,first_name,company,industry\nada@example.com,New,Acme,New\n",
        updates_existing=False,
    )

    assert counts(run) == (0, 0, 1, 0)
    assert everything() == before


def test_rows_are_found_by_an_identifying_field_without_addresses(bring):
    CustomFieldFactory(key="crm", is_identifier=True)
    text = "crm,first_name\n7,Ada\n8,Bo\n"

    first = bring(text)
    again = bring(text)

    assert (counts(first), counts(again)) == ((2, 0, 0, 0), (0, 0, 2, 0))


def test_a_rerun_changes_nothing(bring):
    bring(COMPANIES)
    before = everything()

    run = bring(COMPANIES)

    # The second row gave Acme another industry, and the first gives the old one back.
    assert run.rejected == run.created == 0
    assert everything() == before


def test_rows_that_cannot_be_trusted_touch_nobody(bring):
    run = bring(
        b"email,first_name,last_name\n"
        b"ada@example.com,Ada, Byron,Lovelace\n"
        + "bo@example.com,Bö,Ünal\n".encode() * 3
        + b"cy@example.com,C\xff,D\n"
        + b'di@example.com,"Di\nx,y,z\n",E\n'
    )

    assert counts(run) == (1, 0, 2, 3)
    assert [reasons for _number, _cells, reasons in run.rejected_rows()] == [
        ["This row has 4 cells, and there are 3 columns."],
        ["There are characters in this row that cannot be read."],
        ["first_name: This has control characters in it."],
    ]
    [cells, *_rest] = [cells for _n, cells, _r in run.rejected_rows()]
    assert cells == ["ada@example.com", "Ada", " Byron", "Lovelace"]


def test_a_file_that_ends_in_the_middle_imports_no_row_and_may_be_discarded(upload):
    run = upload('email,first_name\nada@example.com,Ada\nbo@example.com,"Bo\n')

    job = run_until_finished(start_import(run=run, by=None, at=timezone.now()))

    run.refresh_from_db()
    assert (job.status, run.status) == ("failed", "failed")
    assert job.error.startswith("Line 3: a quotation mark")
    assert not Contact.objects.exists()
    assert take_back(run) == {"deleted": 0, "restored": 0, "kept": 0}


def test_new_fields_are_made_when_it_starts_and_not_before(upload):
    run = upload(
        "email,Seats,Since,Key\nada@example.com,12,2026-01-31,k1\n",
        mapping={
            "email": "email",
            "Seats": "new.number",
            "Since": "new.date",
            "Key": "new.identifier",
        },
    )

    trial = try_import(run=run, by=None, at=timezone.now())

    assert trial.counts["created"] == 1
    assert not CustomField.objects.exists()
    job = run_until_finished(start_import(run=run, by=None, at=timezone.now()))
    assert job.result["created"] == 1
    assert list(
        CustomField.objects.order_by("pk").values_list("key", "type", "is_identifier")
    ) == [("seats", "number", False), ("since", "date", False), ("key", "text", True)]
    contact = Contact.objects.get()
    assert contact.custom == {"seats": 12, "since": "2026-01-31", "key": "k1"}
    run.refresh_from_db()
    assert run.mapping["Seats"] == "custom.seats"


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"nope": "email"}, "no column “nope”. There are: email, name."),
        ({"email": "e-mail"}, "no field “e-mail”"),
        ({"email": "custom.nope"}, "no field “custom.nope”"),
        ({"email": "new.nope"}, "no field “new.nope”"),
        ({"email": "first_name", "name": "first_name"}, "cannot both be first_name"),
        ({"name": "first_name"}, "which column has the e-mail address"),
    ],
)
def test_mappings_that_make_no_sense_are_refused(upload, mapping, sentence):
    with pytest.raises(InvalidValue, match=sentence):
        upload("email,name\n", mapping=mapping)


def test_undo_restores_all_that_was(bring):
    CustomFieldFactory(key="seats", type="number")
    acme = CompanyFactory(name="Acme", domain="", industry="Old", employees=None)
    rep = RepFactory()
    ContactFactory(
        email="ada@example.com",
        first_name="Old",
        job_title="Head",
        company=acme,
        custom={"seats": 3},
    )
    ContactFactory(email="bo@example.com", company=None)
    before = everything()

    run = bring(
        "email,first_name,company,domain,industry,employees,tags,owner,seats,Age\n"
        f"ada@example.com,New,Acme,acme.com,New,50,vip,{rep.username},4,37\n"
        f"bo@example.com,Bo,Blau,,Blue,,,{rep.username},,38\n"
        "cy@example.com,Cy,Blau,,Green,,vip,,1,39\n"
        "cy@example.com,Cyrus,Rot,rot.de,,,,,2,40\n",
        mapping=None,
    )
    assert everything() != before
    assert counts(run) == (1, 3, 0, 0)

    assert take_back(run) == {"deleted": 1, "restored": 2, "kept": 0}
    assert everything() == before


def test_undo_takes_back_fields_that_were_made_for_it(bring):
    mapping = {"email": "email", "Age": "new.number", "City": "new.text"}
    run = bring("email,Age,City\nada@example.com,37,Ulm\n", mapping=mapping)
    ContactFactory(custom={"city": "Köln"})

    take_back(run)

    assert [field.key for field in CustomField.objects.all()] == ["city"]


def test_undo_keeps_whom_somebody_has_worked_with(bring):
    run = bring(
        "email,first_name,company\n"
        "ada@example.com,Ada,Acme\nbo@example.com,Bo,Acme\ncy@example.com,Cy,Blau\n"
    )
    ada, bo, _cy = Contact.objects.order_by("email")
    change = {"at": timezone.now(), "source": "browser"}
    update_contact(contact=ada, data={"job_title": "Head"}, by=None, **change)
    InteractionFactory(contact=bo)

    assert take_back(run) == {"deleted": 1, "restored": 0, "kept": 2}
    assert set(Contact.objects.all()) == {ada, bo}
    assert [company.name for company in Company.objects.all()] == ["Acme"]


def merge(kept, gone):
    return merge_contacts(
        keep=kept, merge=gone, by=None, at=timezone.now(), source="browser"
    )


def test_undo_keeps_whom_it_made_and_somebody_has_merged(bring):
    """On either side; also if the merge was undone: somebody has looked at them."""
    known = ContactFactory.create_batch(2)
    run = bring(
        "email,first_name\nada@example.com,Ada\nbo@example.com,Bo\ncy@example.com,Cy\n"
    )
    ada, bo, _cy = Contact.objects.exclude(pk__in=[k.pk for k in known]).order_by("pk")
    merge(known[0], ada)
    undo_merge(merge=merge(bo, known[1]), by=None, at=timezone.now())

    assert take_back(run) == {"deleted": 1, "restored": 0, "kept": 2}
    assert {*Contact.everyone.all()} == {*known, ada, bo}


def test_undo_takes_nothing_from_who_goes_on_for_a_contact_that_it_changed(bring):
    kept = ContactFactory(first_name="New", phone="")
    ContactFactory(email="ada@example.com", first_name="Old", phone="")
    bo = ContactFactory(email="bo@example.com", first_name="Old")
    run = bring(
        "email,first_name,phone\n"
        "ada@example.com,New,+49301234567\nbo@example.com,New,\n"
    )
    ada = Contact.objects.get(email="ada@example.com")
    row = merge(kept, ada)
    merge(bo, ContactFactory())

    assert take_back(run) == {"deleted": 0, "restored": 1, "kept": 1}
    for contact in (kept, bo):
        contact.refresh_from_db()
    assert (kept.first_name, kept.phone) == ("New", "+49301234567")
    assert bo.first_name == "Old"

    undo_merge(merge=row, by=None, at=timezone.now())
    ada.refresh_from_db()
    assert (ada.first_name, ada.phone) == ("New", "+49301234567")


def test_undo_leaves_what_was_changed_since(bring):
    acme = CompanyFactory(name="Acme", industry="Old")
    ada = ContactFactory(email="ada@example.com", first_name="Old", last_name="Old")
    ada.company = acme
    ada.save()
    run = bring(
        "email,first_name,last_name,company,industry,country\n"
        "ada@example.com,New,New,Acme,New,Chile\n"
    )
    now = timezone.now()
    update_contact(
        contact=ada, data={"first_name": "Newest"}, by=None, at=now, source="browser"
    )
    update_company(company=acme, data={"industry": "Newest"}, by=None, at=now)

    assert take_back(run) == {"deleted": 0, "restored": 1, "kept": 0}
    ada.refresh_from_db()
    acme.refresh_from_db()
    assert (ada.first_name, ada.last_name) == ("Newest", "Old")
    assert (acme.industry, acme.country) == ("Newest", "")


def test_undo_twice_is_harmless(bring):
    run = bring(COMPANIES)

    first = undo_import(run=run, by=None, at=timezone.now())
    second = undo_import(run=run, by=None, at=timezone.now())
    run_until_finished(first)

    assert first == second == undo_import(run=run, by=None, at=timezone.now())
    assert not Contact.objects.exists()


def test_an_import_that_was_canceled_can_be_undone(bring, upload):
    run = upload(COMPANIES)
    job = start_import(run=run, by=None, at=timezone.now())
    with pytest.raises(ImportNotReady):
        undo_import(run=run, by=None, at=timezone.now())
    cancel_job(job=job, at=timezone.now())

    run = Import.objects.get(pk=run.pk)
    assert (run.is_running, run.was_stopped) == (False, True)
    assert take_back(run) == {"deleted": 0, "restored": 0, "kept": 0}
    assert not run.file.storage.exists(run.file.name)


def test_only_what_waits_is_discarded_mapped_or_started(bring):
    run = bring(COMPANIES)
    now = timezone.now()

    with pytest.raises(ImportNotReady):
        discard_import(run=run)
    with pytest.raises(ImportNotReady):
        start_import(run=run, by=None, at=now)
    with pytest.raises(ImportNotReady):
        map_import(run=run, mapping={}, updates_existing=True, by=None, at=now)


def test_a_trial_changes_nothing_and_names_what_is_wrong(upload):
    marketer = MarketerFactory()
    ContactFactory(email="ada@example.com", first_name="Old", company=None)
    run = upload(COMPANIES + "nobody,,,,,\n", by=marketer)
    before = everything()

    trial = try_import(run=run, by=marketer, at=timezone.now())

    assert trial.counts == {"created": 2, "updated": 1, "unchanged": 0, "rejected": 1}
    assert [(number, reasons) for number, _cells, reasons in trial.rejected] == [
        (5, ["email: This is not an e-mail address."])
    ]
    assert everything() == before
    assert not Tag.objects.exists()
    assert not ImportRow.objects.exists()


def test_a_header_no_database_could_store_is_taken(bring):
    run = bring(b"email,na\x00me\nada@example.com,x\n")

    assert run.columns == ["email", "na me"]


@pytest.mark.parametrize("count", [2, 60])
def test_statements_of_a_chunk_do_not_grow_with_its_rows(
    upload, django_assert_max_num_queries, count
):
    lines = [
        f"c{n}@example.com,Ada,Company {n},c{n}.com,t{n}; vip" for n in range(count)
    ]
    for line in lines[::2]:
        ContactFactory(email=line.split(",")[0], first_name="Old")
    text = "\n".join(["email,first_name,company,domain,tags", *lines])
    run = upload(text, list_name="fair")
    start_import(run=run, by=None, at=timezone.now())

    with django_assert_max_num_queries(55):
        assert run_next_job()

    assert run.rows.filter(result="created").count() == count // 2
    assert run.rows.filter(result="updated").count() == count // 2
