"""Recording who registered and attended, from files and otherwise, and the mails after."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Job
from accounts.services.running import run_until_finished
from campaigns.attendance import attended_column, says_attended
from campaigns.models import Attendance, AttendanceBatch, AttendanceEntry, Message
from campaigns.services.attendance import (
    Attendee,
    NotBegun,
    make_batch,
    record_attendance,
)
from campaigns.services.attendance_files import (
    discard_attendance,
    map_attendance,
    start_attendance,
    try_attendance,
    undo_attendance,
    upload_attendance,
)
from campaigns.services.events import EventInUse, delete_event, save_event
from campaigns.services.follow_ups import plan_due_follow_ups
from campaigns.services.reported_attendance import report_attendance
from contacts.models import Contact, Import, TouchDecision
from contacts.services.imports import ImportNotReady
from contacts.services.touches import pause_touches
from journeys.models import Interaction
from leadhub.errors import InvalidValue
from scoring.models import Score, StaleMark
from scoring.tasks import recompute_stale_scores
from tests.factories.accounts import MarketerFactory
from tests.factories.campaigns import MailTemplateFactory, SenderFactory
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.factories.events import EventFactory, TopicFactory
from tests.factories.journeys import InteractionFactory, MeasureFactory
from tests.factories.scoring import RuleFactory

pytestmark = pytest.mark.django_db

LIST = """Email,First name,Attended
ada@example.com,Ada,yes
bo@example.com,Bo,no
ADA@example.com,Ada,no
,Nobody,yes
cy@example.com,Cy,perhaps
"""


@pytest.fixture
def upload(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    def upload(event, text=LIST, **said):
        now = timezone.now()
        batch = upload_attendance(
            event=event,
            file=io.BytesIO(text.encode()),
            name="list.csv",
            by=None,
            at=now,
        )
        said = {
            "mapping": batch.run.mapping,
            "attended_column": batch.attended_column,
            "all_attended": batch.all_attended,
        } | said
        return map_attendance(batch=batch, by=None, at=now, **said)

    return upload


@pytest.fixture
def bring(upload):
    def bring(event, text=LIST, **said):
        batch = upload(event, text, **said)
        job = start_attendance(batch=batch, by=None, at=timezone.now())
        job = run_until_finished(job)
        assert job.status == Job.Status.DONE, job.error
        return AttendanceBatch.objects.select_related("run").get(pk=batch.pk)

    return bring


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


# Follow-ups ----------------------------------------------------------------------


@pytest.fixture
def event():
    SenderFactory()
    return EventFactory(
        mail_attended=MailTemplateFactory(name="Thanks"),
        mail_missed=MailTemplateFactory(name="Missed you"),
    )


def willing(address, **values):
    contact = ContactFactory(email=address, **values)
    ConsentFactory(contact=contact, purpose="email_marketing", granted=True)
    return contact


def states():
    rows = AttendanceEntry.objects.order_by("contact__email")
    return [(row.follow_up, row.reason.get("code", "")) for row in rows]


def test_mails_wait_until_the_scores_are_counted(bring, event):
    willing("ada@example.com")
    willing("bo@example.com")
    bring(event)

    plan_due_follow_ups()
    assert states() == [("held", ""), ("held", "")]
    assert not Message.objects.exists()

    recompute_stale_scores()
    plan_due_follow_ups()
    assert states() == [("planned", ""), ("planned", "")]
    mails = Message.objects.order_by("contact__email")
    assert [mail.template.name for mail in mails] == ["Thanks", "Missed you"]
    assert not AttendanceBatch.objects.filter(is_held=True).exists()


def test_what_happens_meanwhile_does_not_hold_them_up(bring, event):
    contact = willing("ada@example.com")
    bring(event, "email\nada@example.com\n")
    recompute_stale_scores()
    StaleMark.objects.create(contact=contact, at=timezone.now() + timedelta(seconds=1))

    plan_due_follow_ups()

    assert states() == [("planned", "")]


def test_without_permission_it_is_held_back_with_the_reason(bring, event):
    ContactFactory(email="ada@example.com")
    paused = willing("bo@example.com")
    bring(event)
    recompute_stale_scores()
    now = timezone.now()
    pause_touches(contact=paused, until=now + timedelta(hours=1), by=None, at=now)

    plan_due_follow_ups()

    assert states() == [("held_back", "no_consent"), ("held_back", "paused")]


def test_without_a_sender_it_is_held_back_with_the_reason(bring):
    event = EventFactory(mail_attended=MailTemplateFactory())
    willing("ada@example.com")
    bring(event)
    recompute_stale_scores()

    plan_due_follow_ups()

    assert states()[0] == ("held_back", "sender_missing")


def test_a_score_that_cannot_be_counted_holds_back_that_one_only(bring, event):
    bad, _good = willing("ada@example.com"), willing("bo@example.com")
    bring(event)
    now = timezone.now()
    StaleMark.objects.filter(contact=bad).update(parked_at=now)
    StaleMark.objects.exclude(contact=bad).delete()

    plan_due_follow_ups()

    assert states() == [("held_back", "not_scored"), ("planned", "")]


def test_nobody_gets_two_mails_of_one_event(bring, event):
    willing("ada@example.com")
    bring(event, "email,attended\nada@example.com,no\n")
    recompute_stale_scores()
    plan_due_follow_ups()

    bring(event, "email,attended\nada@example.com,yes\n")
    recompute_stale_scores()
    plan_due_follow_ups()

    assert [mail.template.name for mail in Message.objects.all()] == ["Missed you"]


def test_many_mails_cost_as_many_queries_as_one(bring, event):
    counts, number = [], 0
    for count in (1, 1, 3):  # the first makes what is made on first use
        lines = []
        for _each in range(count):
            number += 1
            willing(f"yes{number}@example.com")
            ContactFactory(email=f"no{number}@example.com")
            lines += [f"yes{number}@example.com", f"no{number}@example.com"]
        bring(event, "\n".join(["email", *lines, ""]))
        recompute_stale_scores()
        with CaptureQueriesContext(connection) as queries:
            plan_due_follow_ups()
        counts.append(len(queries))

    assert counts[1] == counts[2], counts
    assert states() == [("held_back", "no_consent")] * 5 + [("planned", "")] * 5
    assert TouchDecision.objects.filter(allowed=False).count() == 5


def test_registrations_before_it_begins_are_followed_by_nothing(bring, event):
    willing("ada@example.com")
    event.starts_at = timezone.now() + timedelta(days=1)
    event.save()

    bring(event, "email\nada@example.com\n")

    assert states() == [("none", "")]


def test_undo_takes_planned_mails_back(bring, event):
    willing("ada@example.com")
    batch = bring(event)
    recompute_stale_scores()
    plan_due_follow_ups()

    take_back(batch)

    assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}


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
