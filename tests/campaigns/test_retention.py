"""What stood in mails is erased after twelve months; that they were sent stays."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from campaigns.models import Message, MessageCopy
from campaigns.services import retention
from campaigns.services.retention import erase_old_mails
from campaigns.tasks import erase_old_mails as task
from leadhub.schedule import SCHEDULE
from tests.factories.accounts import MarketerFactory
from tests.factories.campaigns import MessageFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
YEAR = timedelta(days=366)


def sent(age: timedelta, **fields) -> Message:
    moment = NOW - age
    given = {"state": "sent", "planned_at": moment, "due_at": moment}
    given |= {"transmitted_at": moment, "context": {"code": "canary"}}
    message = MessageFactory(**(given | fields))
    if message.transmitted_at:
        MessageCopy.objects.create(
            message=message, subject="A", recipient="a@example.com", mail=b"canary"
        )
    return message


def test_after_a_year_the_words_go_and_the_row_stays():
    old, new = sent(YEAR), sent(timedelta(days=360))
    never = sent(YEAR, state="cancelled", transmitted_at=None)

    assert erase_old_mails(at=NOW, is_dry_run=True) == 2
    assert MessageCopy.objects.count() == 2
    assert erase_old_mails(at=NOW) == 2
    assert erase_old_mails(at=NOW) == 0

    assert MessageCopy.objects.get().message == new
    for message in (old, never):
        message.refresh_from_db()
        assert (message.draft, message.context) == (None, {})
        assert message.title == "A mail"
    new.refresh_from_db()
    assert new.draft
    assert new.context


def test_in_25_months_all_of_today_is_gone():
    for days in (0, 10, 100):
        sent(timedelta(days=days))

    erase_old_mails(at=NOW + timedelta(days=760))

    assert not MessageCopy.objects.exists()
    assert Message.objects.filter(draft__isnull=True, context={}).count() == 3


def test_what_still_waits_keeps_its_words():
    waiting = sent(YEAR, state="deferred")

    assert erase_old_mails(at=NOW) == 0

    waiting.refresh_from_db()
    assert waiting.draft


def test_killed_and_run_again_it_goes_on(monkeypatch):
    for _ in range(5):
        sent(YEAR)
    monkeypatch.setattr(retention, "CHUNK", 2)
    changes = []

    def die(execute, sql, *args):
        if sql.startswith("UPDATE"):
            changes.append(sql)
            if len(changes) == 2:
                raise KeyboardInterrupt
        return execute(sql, *args)

    with connection.execute_wrapper(die), pytest.raises(KeyboardInterrupt):
        erase_old_mails(at=NOW)
    assert MessageCopy.objects.count() == 3

    assert erase_old_mails(at=NOW) == 3
    assert not MessageCopy.objects.exists()


def test_the_scheduler_does_it_and_a_command_says_how_many(capsys):
    sent(YEAR)

    call_command("erase_old_mails", dry_run=True)
    assert "1 mails would be erased" in capsys.readouterr().out
    assert task.name in {entry["task"] for entry in SCHEDULE.values()}
    task()

    assert not MessageCopy.objects.exists()
    call_command("erase_old_mails")
    assert "0 mails erased" in capsys.readouterr().out


def test_the_page_of_an_old_mail_says_that_its_words_are_gone(client):
    message = sent(YEAR)
    erase_old_mails(at=NOW)
    client.force_login(MarketerFactory())

    page = client.get(f"/campaigns/mails/{message.pk}/").content.decode()

    assert "Its words are not kept" in page
    assert client.get(f"/campaigns/mails/{message.pk}/html/").status_code == 404
