"""Recording who registered and attended, from files and otherwise."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Job
from accounts.services.running import run_until_finished
from campaigns.attendance import attended_column, says_attended
from campaigns.models import Attendance
from campaigns.services.attendance import (
    Attendee,
    NotBegun,
    make_batch,
    record_attendance,
)
from campaigns.services.attendance_files import (
    discard_attendance,
    start_attendance,
    try_attendance,
    undo_attendance,
)
from campaigns.services.events import EventInUse, delete_event, save_event
from campaigns.services.reported_attendance import report_attendance
from contacts.models import Contact, Import
from contacts.services.imports import ImportNotReady
from journeys.models import Interaction
from leadhub.errors import InvalidValue
from scoring.models import Score
from scoring.tasks import recompute_stale_scores
from tests.factories.accounts import MarketerFactory
from tests.factories.contacts import ContactFactory
from tests.factories.events import EventFactory, TopicFactory
from tests.factories.journeys import InteractionFactory, MeasureFactory
from tests.factories.scoring import RuleFactory

pytestmark = pytest.mark.django_db


def take_back(batch):
    job = run_until_finished(undo_attendance(batch=batch, by=None, at=timezone.now()))
    assert job.status == Job.Status.DONE, job.error
    return job.result


def happened():
    rows = Interaction.objects.order_by("contact__email", "kind")
    return list(rows.values_list("contact__email", "kind"))


# Reading -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell", "Yes JA x 1 47 0:35:00 2026-05-01T10:00 Teilgenommen".split()
)
def test_cells_that_say_somebody_came(cell):
    assert says_attended(cell)


@pytest.mark.parametrize("cell", ["", "No", "nein", "0", "0:00:00", "no-show", "-"])
def test_cells_that_say_nobody_came(cell):
    assert not says_attended(cell)


def test_a_cell_that_says_neither_is_refused():
    with pytest.raises(ValueError, match="perhaps"):
        says_attended("perhaps")


def test_the_column_is_known_by_its_name():
    assert attended_column(["E-Mail", "Teilgenommen"]) == "Teilgenommen"
    assert attended_column(["E-Mail", "Minutes"]) == "Minutes"
    assert attended_column(["E-Mail"]) == ""


# Files ---------------------------------------------------------------------------


def test_a_list_of_attendees_is_recorded_as_one_batch(bring):
    measure = MeasureFactory()
    event = EventFactory(measure=measure, name="Pumps live")
    event.topics.add(TopicFactory(slug="pumps"))
    known = ContactFactory(email="ada@example.com", first_name="Adelheid")

    batch = bring(event)

    assert (batch.people, batch.registered, batch.attended) == (2, 1, 1)
    assert (batch.run.created, batch.run.rejected) == (1, 2)
    assert happened() == [
        ("ada@example.com", "webinar_attended"),
        ("bo@example.com", "webinar_registered"),
    ]
    attended = Interaction.objects.get(kind="webinar_attended")
    assert attended.occurred_at == event.starts_at
    assert attended.properties["topics"] == ["pumps"]
    assert (attended.measure, attended.title) == (measure, "Pumps live")
    known.refresh_from_db()
    assert known.first_name == "Adelheid"
    reasons = [reasons for _number, _cells, reasons in batch.run.rejected_rows()]
    assert "address is needed" in reasons[0][0]
    assert "perhaps" in reasons[1][0]


def test_the_same_list_again_changes_nothing(bring):
    event = EventFactory()
    bring(event)
    before = happened()

    batch = bring(event)

    assert (batch.registered, batch.attended) == (0, 0)
    assert happened() == before
    assert Attendance.objects.count() == 2


def test_who_registered_first_attends_later(bring):
    event = EventFactory()
    bring(event, "email\nada@example.com\n", all_attended=False)

    batch = bring(event, "email\nada@example.com\n", all_attended=True)

    assert (batch.registered, batch.attended) == (0, 1)
    assert len(happened()) == 2


def test_trying_counts_and_changes_nothing(upload):
    event = EventFactory()
    batch = upload(event)

    trial = try_attendance(batch=batch, by=None, at=timezone.now())

    assert (trial.people, trial.registered, trial.attended) == (2, 1, 1)
    assert trial.counts["created"] == 2
    assert [number for number, _cells, _why in trial.rejected] == [5, 6]
    assert not Contact.objects.exists()
    assert not Interaction.objects.exists()
    assert batch.recorded_at is None


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"mapping": {"First name": "first_name"}}, "e-mail"),
        ({"mapping": {"Email": "email", "First name": "new.text"}}, "no new fields"),
        ({"attended_column": "Missing"}, "no column"),
    ],
)
def test_mappings_that_make_no_sense_are_refused(upload, said, sentence):
    with pytest.raises(InvalidValue, match=sentence):
        upload(EventFactory(), **said)


def test_nobody_attends_what_has_not_begun(upload, bring):
    event = EventFactory(starts_at=timezone.now() + timedelta(days=1))

    with pytest.raises(NotBegun):
        upload(event, "email\nada@example.com\n", all_attended=True)
    batch = upload(event)
    with pytest.raises(NotBegun):
        try_attendance(batch=batch, by=None, at=timezone.now())
    job = run_until_finished(start_attendance(batch=batch, by=None, at=timezone.now()))

    assert job.status == Job.Status.FAILED
    assert "begun" in job.error
    assert not Interaction.objects.exists()


def test_a_file_that_waits_can_be_discarded_and_one_that_ran_cannot(upload, bring):
    event = EventFactory()
    discard_attendance(batch=upload(event))
    assert not Import.objects.exists()

    with pytest.raises(ImportNotReady):
        discard_attendance(batch=bring(event))


def test_undo_takes_back_what_was_news_and_the_contacts_it_made(bring):
    event = EventFactory()
    known = ContactFactory(email="ada@example.com")
    bring(event, "email\nada@example.com\n", all_attended=False)
    batch = bring(event)

    result = take_back(batch)

    assert (result["deleted"], result["kept"]) == (1, 0)
    assert happened() == [("ada@example.com", "webinar_registered")]
    row = Attendance.objects.get()
    assert (row.contact, row.attended_at) == (known, None)
    batch.run.refresh_from_db()
    assert batch.run.status == Import.Status.UNDONE
    assert take_back(batch) == result


def test_undo_keeps_contacts_that_somebody_has_worked_with(bring):
    batch = bring(EventFactory())
    InteractionFactory(contact=Contact.objects.get(email="bo@example.com"))

    result = take_back(batch)

    assert (result["deleted"], result["kept"]) == (1, 1)
    assert happened() == [("bo@example.com", "page_view")]


def test_undo_counts_the_scores_without_it(bring):
    RuleFactory(points=30, when={"kind": "webinar_attended"})
    contact = ContactFactory(email="ada@example.com")
    batch = bring(EventFactory())
    recompute_stale_scores()
    assert Score.objects.get(contact=contact).total > 29

    take_back(batch)
    recompute_stale_scores()

    assert Score.objects.get(contact=contact).total == 0


# Programs and people -------------------------------------------------------------


def test_reports_are_taken_one_by_one_and_bad_ones_refused():
    event = EventFactory()
    items = [
        {"email": "ada@example.com", "first_name": "Ada"},
        {"email": "bo@example.com", "attended": False},
        {"email": "nonsense"},
        {"attended": True},
        {"email": "cy@example.com", "attended": "yes"},
        {"email": "di@example.com", "registered_at": "yesterday"},
        {"email": "di@example.com", "shoe_size": 42},
        "ada@example.com",
    ]

    taken = report_attendance(
        event=event, items=items, source="zoom", by=MarketerFactory(), at=timezone.now()
    )

    assert [index for index, _errors in taken.errors] == [2, 3, 4, 5, 6, 7]
    assert (taken.batch.people, taken.batch.attended) == (2, 1)


# Events --------------------------------------------------------------------------


def test_an_event_with_people_cannot_be_deleted(bring):
    event = EventFactory()
    bring(event)

    with pytest.raises(EventInUse):
        delete_event(event=event, by=None, at=timezone.now())


@pytest.mark.parametrize(
    ("values", "attr"),
    [
        ({"name": ""}, "name"),
        ({"name": "A\x00"}, "name"),
        ({"name": "A", "kind": "party"}, "kind"),
        ({"name": "A", "starts_at": None}, "starts_at"),
    ],
)
def test_an_event_that_is_wrong_is_refused(values, attr):
    now = timezone.now()

    with pytest.raises(InvalidValue) as refusal:
        save_event(event=EventFactory.build(), by=None, at=now, **values)

    assert refusal.value.attr == attr


@pytest.mark.parametrize("people", [1, 3])
def test_recording_takes_as_many_queries_for_one_as_for_three(
    django_assert_num_queries, people
):
    event = EventFactory()
    contacts = ContactFactory.create_batch(people)
    batch = make_batch(event=event, by=None, at=timezone.now())
    attendees = [Attendee(contact, attended=True) for contact in contacts]

    # PostgreSQL stores interactions and finds them again in one statement.
    expected = 12 if connection.vendor == "postgresql" else 13
    with django_assert_num_queries(expected):
        record_attendance(batch=batch, attendees=attendees, at=timezone.now())
