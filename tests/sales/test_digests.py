"""The daily mail about an inbox."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.models import Digest
from accounts.services.snoozes import snooze_notification
from accounts.services.users import InvalidUser, update_user
from sales.models import Holiday
from sales.services.digests import mail_digests, plan_digests
from sales.services.tasks import plan_task
from tests.accounts.test_inbox import api_of, signed_in
from tests.factories.accounts import AdminFactory, NotificationFactory, RepFactory
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
# A Tuesday, after eight.
MORNING = datetime(2026, 3, 3, 8, 5, tzinfo=BERLIN)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def waiting(user, **values):
    moments = {"created_at": MORNING - DAY, "surfaces_at": MORNING - DAY}
    return NotificationFactory(recipient=user, **(moments | values))


@pytest.fixture
def rep():
    return RepFactory(timezone="Europe/Berlin")


def test_what_waits_is_mailed_once_a_day(rep):
    waiting(rep, title="Ada Byron")

    assert [mail_digests(at=MORNING), mail_digests(at=MORNING + HOUR)] == [1, 0]
    assert mail_digests(at=MORNING + DAY) == 1

    first, _second = mail.outbox
    assert first.to == [rep.email]
    assert first.subject == "Your day: 1 line waits"
    assert "Ada Byron" in first.body
    assert first.extra_headers["Auto-Submitted"] == "auto-generated"


def test_the_database_keeps_it_to_one_a_day(rep):
    Digest.objects.create(user=rep, day=date(2026, 3, 3))

    with pytest.raises(IntegrityError), transaction.atomic():
        Digest.objects.create(user=rep, day=date(2026, 3, 3))


def test_late_due_and_returned_lines_have_parts_of_their_own(rep):
    waiting(rep, title="Much too late", due_at=MORNING - HOUR)
    waiting(rep, title="Due at noon", due_at=MORNING + 4 * HOUR)
    waiting(rep, title="Comes back", snoozed_at=MORNING - DAY, surfaces_at=MORNING)
    waiting(rep, title="Just waits")
    waiting(rep, title="Another day", surfaces_at=MORNING + 3 * DAY)
    waiting(rep, title="Is done", done_at=MORNING - HOUR)

    mail_digests(at=MORNING)

    [told] = mail.outbox
    assert told.subject == "Your day: 4 lines wait, 1 late"
    places = [
        told.body.index(text)
        for text in (
            *("Late", "Much too late", "Due today", "Due at noon"),
            *("Back from being put off", "Comes back", "Waiting", "Just waits"),
        )
    ]
    assert places == sorted(places)
    assert "Another day" not in told.body
    assert "Is done" not in told.body


def test_a_task_that_is_due_today_is_told_though_it_does_not_wait_yet(rep):
    contact = ContactFactory(first_name="Ada", last_name="Byron")
    plan_task(
        contact=contact,
        kind="call",
        due_at=MORNING + 5 * HOUR,
        assignee=rep,
        by=rep,
        at=MORNING - DAY,
    )

    mail_digests(at=MORNING)

    [told] = mail.outbox
    assert "Due today" in told.body
    assert "Call back" in told.body
    assert reverse("contacts:detail", args=[contact.pk]) in told.body


def test_what_comes_back_from_being_put_off_today_is_told(rep):
    line = waiting(rep, title="Comes back")
    snooze_notification(notification=line, until=MORNING + HOUR, at=MORNING - 2 * HOUR)

    mail_digests(at=MORNING)

    assert "Back from being put off" in mail.outbox[0].body


def test_nothing_is_mailed_when_nothing_waits_nor_later_that_day(rep):
    assert mail_digests(at=MORNING) == 0
    waiting(rep, surfaces_at=MORNING + timedelta(minutes=5))

    assert mail_digests(at=MORNING + HOUR) == 0

    assert mail.outbox == []
    assert Digest.objects.get().mailed_at is None


@pytest.mark.parametrize(
    "moment",
    [
        MORNING - HOUR,  # not yet
        MORNING + 6 * HOUR,  # nobody was awake to make it
        datetime(2026, 3, 7, 8, 5, tzinfo=BERLIN),  # Saturday
        datetime(2026, 3, 4, 8, 5, tzinfo=BERLIN),  # a holiday
        datetime(2026, 3, 5, 8, 5, tzinfo=BERLIN),  # absent
    ],
)
def test_nobody_is_mailed_at_another_hour_or_when_they_do_not_work(rep, moment):
    waiting(rep)
    Holiday.objects.create(date=date(2026, 3, 4), name="Carnival")
    if moment.day == 5:
        rep.absent_until = date(2026, 3, 5)
        rep.save()

    assert mail_digests(at=moment) == 0


def test_the_hour_is_that_of_the_users_clock(rep):
    away = RepFactory(timezone="America/New_York", digest_hour=10)
    for user in (rep, away):
        waiting(user)

    mail_digests(at=MORNING)
    assert [told.to for told in mail.outbox] == [[rep.email]]

    mail_digests(at=datetime(2026, 3, 3, 10, tzinfo=ZoneInfo("America/New_York")))
    assert [told.to for told in mail.outbox] == [[rep.email], [away.email]]


@pytest.mark.parametrize("off", [{"mails_digest": False}, {"is_active": False}])
def test_who_wants_none_or_is_gone_gets_none(off):
    waiting(RepFactory(timezone="Europe/Berlin", **off))

    assert mail_digests(at=MORNING) == 0


def test_who_switches_it_off_before_it_went_out_gets_none(rep):
    waiting(rep)
    plan_digests(at=MORNING)
    update_user(user=rep, values={"mails_digest": False}, by=rep)

    assert mail_digests(at=MORNING) == 0


def test_a_mail_server_that_is_away_means_later_the_same_day(rep, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    waiting(rep)

    assert mail_digests(at=MORNING) == 0

    digest = Digest.objects.get()
    assert digest.mail_attempts == 1
    assert digest.mail_due_at is not None
    assert digest.mailed_at is None


def test_a_digest_that_a_killed_run_left_after_the_claim_is_made_up(rep):
    waiting(rep)
    Digest.objects.create(
        user=rep, day=MORNING.date(), mail_due_at=MORNING, mail_attempts=1
    )

    assert mail_digests(at=MORNING + timedelta(minutes=2)) == 1


def test_it_speaks_the_users_language_and_really_goes_out(mail_server):
    rep = RepFactory(email="tokyo@example.com", language="de", timezone="Asia/Tokyo")
    at = datetime(2026, 3, 3, 8, 30, tzinfo=ZoneInfo("Asia/Tokyo"))
    NotificationFactory(
        recipient=rep,
        title="<b>Zoë</b>\nBcc: x@example.com",
        due_at=at + HOUR,
        created_at=at - DAY,
        surfaces_at=at - DAY,
        url="/contacts/1/",
    )

    assert mail_digests(at=at) == 1

    [told] = mail_server.mails_to("tokyo@example.com")
    assert told["Bcc"] is None
    text, html = (part.get_payload(decode=True).decode() for part in told.get_payload())
    assert "9:30" in text.replace("09:30", "9:30")  # by the clock of Tokyo
    assert 'lang="de"' in html
    assert "&lt;b&gt;Zoë" in html
    assert "/contacts/1/" in html


# Settings -------------------------------------------------------------------------


def test_the_hour_and_the_switch_are_in_the_profile(rep):
    values = {"digest_hour": "7", "theme": "system"}
    signed_in(rep).post(reverse("accounts:settings"), values)

    rep.refresh_from_db()
    assert (rep.digest_hour, rep.mails_digest) == (7, False)


def test_the_api_sets_them_and_refuses_hours_that_no_day_has(rep):
    client = api_of(AdminFactory())
    url = f"/api/v1/users/{rep.pk}/"

    answer = client.patch(url, {"digest_hour": 6, "mails_digest": False}, format="json")
    wrong = client.patch(url, {"digest_hour": 24}, format="json")

    assert answer.status_code == 200, answer.json()
    assert (answer.json()["digest_hour"], answer.json()["mails_digest"]) == (6, False)
    assert wrong.status_code == 400
    with pytest.raises(InvalidUser):
        update_user(user=rep, values={"digest_hour": -1}, by=rep)


@pytest.mark.parametrize("count", [1, 3])
def test_looking_whose_hour_it_is_takes_as_many_queries_for_many(
    django_assert_num_queries, count
):
    for _number in range(count):
        waiting(RepFactory(timezone="Europe/Berlin"))

    # people, promises, holidays, known; savepoint, rows, what is old, release
    with django_assert_num_queries(8):
        assert plan_digests(at=MORNING) == count


# Several at once ------------------------------------------------------------------


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_four_workers_mail_each_person_once(mail_server):
    reps = [
        RepFactory(email=f"day{n}@example.com", timezone="Europe/Berlin")
        for n in range(6)
    ]
    for rep in reps:
        waiting(rep)

    def run(_number: int) -> None:
        try:
            mail_digests(at=MORNING)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(run, range(4)))

    for rep in reps:
        assert len(mail_server.mails_to(rep.email)) == 1
