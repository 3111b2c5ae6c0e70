"""Bounces, complaints, auto-replies and answers that come as mails."""

from __future__ import annotations

import io
import mailbox
import random
from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaigns.mailing.composing import message_id
from campaigns.mailing.returned import MOST_BYTES, Unreadable, read_returned
from campaigns.models import Message, MessageCopy
from campaigns.services.returned import take_returned_mail
from contacts.models import Suppression
from journeys.models import Interaction
from tests.campaigns import returned_mails as made
from tests.campaigns.test_reports import against
from tests.factories.campaigns import MessageFactory
from tests.factories.contacts import ConsentFactory, ContactFactory

pytestmark = pytest.mark.django_db


def sent(**fields) -> Message:
    moment = timezone.now() - timedelta(hours=1)
    given = {"state": "sent", "transmitted_at": moment, "attempts": 1}
    message = MessageFactory(**(given | fields))
    ConsentFactory(contact=message.contact, at=timezone.now() - timedelta(days=9))
    return message


def take(raw: bytes, *, times: int = 2) -> str:
    """Mailboxes are read more than once."""
    found = {take_returned_mail(raw=raw, at=timezone.now()) for _ in range(times)}
    assert len(found) == 1
    return found.pop()


SHAPES = [made.postfix, made.exchange, made.gmail]


@pytest.mark.parametrize("shape", SHAPES)
def test_an_address_that_is_dead_is_not_written_to_again(shape):
    message = sent()

    assert take(shape(message)) == "bounced"

    assert "suppressed_bounced" in against(message, "service")
    assert message.events.filter(name="bounced").count() == 1
    assert Interaction.objects.filter(kind="email_bounce").count() == 1


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("status", "words"),
    [
        made.SOFT,
        ("4.4.7", "smtp; 550 4.4.7 QUEUE.Expired"),
        ("5.2.2", "smtp; 552 5.2.2 mailbox full"),
        ("5.7.1", "smtp; 550 5.7.1 looks like spam"),
        ("5.0.0", "smtp; 550 5.7.1 looks like spam"),
    ],
)
def test_what_passes_or_is_about_us_suppresses_nobody(shape, status, words):
    message = sent()

    assert take(shape(message, (status, words))) == "bounced"

    assert not Suppression.objects.exists()


def test_the_fifth_later_in_two_weeks_ends_mails_for_two_weeks():
    contact = ContactFactory()
    for number in range(5):
        assert not Suppression.objects.exists()
        action = "delayed" if number % 2 else "failed"
        take(made.postfix(sent(contact=contact), made.SOFT, action=action))

    assert Suppression.objects.get().reason == Suppression.Reason.SUSPENDED


def test_a_complaint_is_an_objection():
    message = sent()

    assert take(made.complaint(message)) == "complained"

    assert {"suppressed_complaint", "withdrawn"} <= set(against(message))


def test_who_says_that_it_is_no_spam_complains_about_nothing():
    message = sent()

    assert take(made.complaint(message, "not-spam")) == "nothing"

    assert against(message) == []


@pytest.mark.parametrize("headers", made.VACATIONS)
def test_an_auto_reply_is_nothing(headers):
    message = sent()

    assert take(made.answer(message, **headers)) == "autoresponded"

    assert against(message) == []
    assert not Interaction.objects.exists()
    assert not message.events.exists()


def test_an_answer_counts_once():
    message = sent()

    assert take(made.answer(message)) == "replied"

    assert Interaction.objects.get().kind == "email_reply"
    assert against(message) == []


def test_an_answer_of_somebody_else_is_not_the_contacts():
    message = sent()
    message.contact.company = None
    message.contact.save()

    assert take(made.answer(message, From="eve@elsewhere.example")) == "not ours"

    assert not Interaction.objects.exists()


@pytest.mark.parametrize(
    "make", [made.postfix, made.answer, lambda m: made.answer(m, X_Autoreply="yes")]
)
def test_a_mail_of_which_nobody_knew_has_arrived_if_its_id_comes_back(make):
    message = sent(state="unknown", reason="no_answer", owner="gone")

    take(make(message))

    message.refresh_from_db()
    assert message.state == "sent"


def test_a_bounce_that_names_no_mail_ends_nothing_however_final_it_sounds():
    message = sent(state="unknown")

    assert take(made.nameless(message)) == "suspected"

    message.refresh_from_db()
    assert message.state == "unknown"
    assert not Suppression.objects.exists()
    assert message.events.get().name == "delayed"


def test_the_subject_alone_is_no_match():
    message = sent()
    raw = made.answer(message, In_Reply_To="<else@example.com>")

    assert take(raw) == "not ours"


def test_an_address_that_ours_was_passed_on_to_is_not_ours():
    message = sent()

    assert take(made.postfix(message, to="private@example.net")) == "deferred"

    assert not Suppression.objects.exists()


def test_the_address_that_a_contact_has_had_since_is_not_dead():
    message = sent()
    old = message.contact.email
    MessageCopy.objects.create(message=message, subject="A", recipient=old, mail=b"")
    raw = made.postfix(message)
    message.contact.email = "new@example.com"
    message.contact.save()

    assert take(raw) == "bounced"

    assert against(message, "service") == []
    assert not Interaction.objects.exists()


# Hostile ----------------------------------------------------------------------------


def nested(count: int) -> bytes:
    return b"From: a@b.example\n" + b"Content-Type: message/rfc822\n\n" * count


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\0\0",
        b"no mail at all",
        nested(5_000),
        b"".join(
            b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n)
            for n in range(2_000)
        ),
    ],
)
def test_what_is_no_mail_is_said_to_be_none(raw):
    with pytest.raises(Unreadable):
        read_returned(raw)


@pytest.mark.parametrize(
    "change",
    [
        (b"5.1.1", b"\0\xff\0"),
        (b"--edge--", b""),
        (b"Final-Recipient: rfc822;", b"Final-Recipient: \xff\0;;"),
        (b"boundary", b"boundary*0*=utf-8''%00"),
        (b"Date: ", b"Date: Mon, 99 Zzz 99999999999999999999 99:99:99 +9999999 "),
        (b"Status:", b"Status: " + b"9" * 100_000),
        (b"message/delivery-status", b"message/delivery-status; charset=\0"),
        (b"text/plain", b"text/plain; charset=no-such"),
        (b"From: ", b"From: =?utf-8?q?=00?= <<<>>> (((" + b"(" * 5_000),
    ],
)
@pytest.mark.parametrize("shape", [*SHAPES, made.complaint, made.answer])
def test_broken_mails_break_nothing(shape, change):
    message = sent()

    with suppress(Unreadable):
        take(shape(message).replace(*change))


def test_random_damage_breaks_nothing():
    rng, message = random.Random(7), sent()
    for _ in range(150):
        raw = bytearray(rng.choice(SHAPES)(message))
        for _ in range(rng.randrange(1, 30)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        with suppress(Unreadable):
            take_returned_mail(raw=bytes(raw), at=timezone.now())


# The command ------------------------------------------------------------------------


def piped(monkeypatch, raw: bytes) -> None:
    stream = SimpleNamespace(buffer=io.BytesIO(raw))
    monkeypatch.setattr("sys.stdin", stream)
    call_command("read_bounces")
    assert stream.buffer.read() == b""  # who writes it is not left waiting


def test_a_mail_server_pipes_a_mail_of_any_size(monkeypatch, capsys):
    message = sent()

    piped(monkeypatch, made.answer(message) + b"x" * 5 * MOST_BYTES)

    assert "1 mails: replied 1" in capsys.readouterr().out
    assert Interaction.objects.get().kind == "email_reply"


def test_what_is_no_mail_has_an_exit_code(monkeypatch):
    with pytest.raises(CommandError) as refusal:
        piped(monkeypatch, b"")

    assert refusal.value.returncode == 65


def test_a_whole_mailbox_is_read_as_often_as_one_likes(tmp_path, capsys):
    messages = [sent() for _ in range(3)]
    maildir = mailbox.Maildir(tmp_path / "box")
    mbox = mailbox.mbox(tmp_path / "mbox")
    for box in (maildir, mbox):
        for message in messages:
            box.add(made.gmail(message))
        box.add(b"")
        box.add(made.answer(messages[0], In_Reply_To="<x@y.example>"))
        box.close()

    for name in ("box", "mbox", "box"):
        with pytest.raises(CommandError) as refusal:
            call_command("read_bounces", maildir=tmp_path / name)
        assert refusal.value.returncode == 65  # of the empty one
        line = "5 mails: bounced 3, not ours 1, unreadable 1"
        assert line in capsys.readouterr().out

    assert Suppression.objects.count() == 3
    assert Interaction.objects.count() == 3


def test_a_place_that_is_not_there_has_an_exit_code(tmp_path):
    with pytest.raises(CommandError) as refusal:
        call_command("read_bounces", maildir=tmp_path / "nowhere")

    assert refusal.value.returncode == 66


def test_our_message_id_is_found_whatever_stands_around_it():
    message = sent()
    given = f"<a@b> {message_id(message)}\t<c@d>"

    assert read_returned(
        made.answer(message, In_Reply_To="", References=given)
    ).tokens == (message.token,)
