from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notification
from accounts.services.answers import (
    finish_notification,
    read_notification,
    reopen_notification,
    unread_notification,
)
from accounts.services.notifications import finish_notifications, notify
from accounts.services.snoozes import BadSnooze, snooze_notification
from accounts.tasks import mail_notifications
from tests.factories.accounts import NotificationFactory, RepFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def told(recipient, **changes) -> Notification:
    values = {
        "kind": "handoff",
        "key": "crossing:1",
        "subject_id": 7,
        "title": "Ada Byron",
        "subtitle": "Engines Ltd",
        "detail": "Asked for a demo.",
        "points": 86.9,
        "at": NOW,
    }
    return notify(recipient=recipient, **(values | changes))


def test_a_second_notice_with_the_key_of_a_first_is_the_first():
    rep = RepFactory()

    first = told(rep)
    again = told(rep, title="Somebody else")

    assert again == first
    assert Notification.objects.get().title == "Ada Byron"


def test_the_same_key_reaches_each_recipient():
    assert told(RepFactory()) != told(RepFactory())


def test_what_is_finished_about_a_subject_leaves_all_inboxes_and_the_mail():
    first, second = told(RepFactory()), told(RepFactory())
    other = told(RepFactory(), subject_id=8)

    finish_notifications(kind="handoff", subject_id=7, at=NOW, keep=second)

    waiting = Notification.objects.filter(done_at=None)
    assert set(waiting) == {second, other}
    first.refresh_from_db()
    assert (first.done_at, first.mail_due_at) == (NOW, None)


def test_a_snoozed_line_comes_back_to_the_top_unread():
    rep = RepFactory()
    snoozed = told(rep, at=NOW - timedelta(hours=2))
    told(rep, key="crossing:2", at=NOW - timedelta(hours=1))
    read_notification(notification=snoozed, at=NOW)
    tomorrow = NOW + timedelta(days=1)

    snooze_notification(notification=snoozed, until=tomorrow, at=NOW)

    inbox = Notification.objects.order_by("-surfaces_at")
    assert snoozed not in inbox.in_inbox(at=NOW)
    assert snoozed in inbox.snoozed(at=NOW)
    assert inbox.in_inbox(at=tomorrow).first() == snoozed
    assert inbox.in_inbox(at=tomorrow).first().read_at is None
    assert list(inbox.surfaced_since(NOW)) == [snoozed]


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=400)])
def test_nothing_is_snoozed_into_the_past_or_for_ever(later):
    with pytest.raises(BadSnooze):
        snooze_notification(notification=told(RepFactory()), until=NOW + later, at=NOW)


def test_what_was_done_or_snoozed_by_mistake_goes_back_to_its_place():
    rep = RepFactory()
    line = told(rep, at=NOW - timedelta(hours=2))

    finish_notification(notification=line, at=NOW)
    back = reopen_notification(notification=line, at=NOW)
    assert (back.done_at, back.surfaces_at) == (None, line.created_at)

    snooze_notification(notification=line, until=NOW + timedelta(days=1), at=NOW)
    back = reopen_notification(notification=line, at=NOW)
    assert back.surfaces_at == line.created_at


def test_the_first_reading_counts_and_can_be_taken_back():
    line = told(RepFactory())

    read_notification(notification=line, at=NOW)
    read = read_notification(notification=line, at=NOW + timedelta(hours=1))

    assert read.read_at == NOW
    assert unread_notification(notification=line).read_at is None


def test_several_lines_make_one_mail_and_no_second(
    django_capture_on_commit_callbacks, run_tasks_inline, mailoutbox
):
    rep = RepFactory()

    with django_capture_on_commit_callbacks(execute=True):
        told(rep)
        told(rep, key="crossing:2", title="Mara Lindqvist")
    mail_notifications()

    [mail] = mailoutbox
    assert mail.to == [rep.email]
    assert mail.subject == "2 leads wait for you"
    assert "Ada Byron" in mail.body
    assert "Mara Lindqvist" in mail.body
    assert "86 points" in mail.body
    assert Notification.objects.filter(mailed_at=None).count() == 0


def test_who_wants_no_mail_gets_none(mailoutbox):
    told(RepFactory(mails_notifications=False))
    gone = RepFactory()
    told(gone)
    gone.is_active = False
    gone.save()

    mail_notifications()

    assert mailoutbox == []


def test_what_was_answered_before_the_mail_went_out_is_not_mailed(mailoutbox):
    told(RepFactory())
    finish_notifications(kind="handoff", subject_id=7, at=NOW)

    mail_notifications()

    assert mailoutbox == []


def test_a_mail_is_in_the_language_of_its_recipient_and_really_goes_out(mail_server):
    rep = RepFactory(email="de@example.com", language="de")
    told(rep, title="Zoë\nBcc: x@example.com")

    mail_notifications()

    [mail] = mail_server.mails_to("de@example.com")
    assert mail["Bcc"] is None
    assert mail["Auto-Submitted"] == "auto-generated"
    html = mail.get_payload()[1].get_payload(decode=True).decode()
    assert 'lang="de"' in html


def test_a_mail_server_that_is_away_means_later(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    line = told(RepFactory())

    mail_notifications()

    line.refresh_from_db()
    assert line.mail_attempts == 1
    assert line.mailed_at is None
    assert line.mail_due_at > timezone.now()


def test_a_run_that_died_before_sending_is_made_up_and_one_that_died_after_is_not(
    mailoutbox,
):
    """The claim of a killed run ends; past the point of no return there is none."""
    before = NotificationFactory(mail_due_at=NOW - timedelta(seconds=1))
    NotificationFactory(mail_due_at=None, mail_attempts=1)
    claimed = NotificationFactory(mail_due_at=timezone.now() + timedelta(seconds=60))

    mail_notifications()

    assert [mail.to for mail in mailoutbox] == [[before.recipient.email]]
    claimed.refresh_from_db()
    assert claimed.mailed_at is None
