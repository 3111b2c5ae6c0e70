"""What a contact writes to us: its first words, and the provider that hands it in."""

from __future__ import annotations

import json
from base64 import b64encode
from email import message_from_bytes

import pytest
from django.test import RequestFactory
from environ import FileAwareEnv

from campaigns.mailing.composing import message_id
from campaigns.mailing.returned import read_returned
from campaigns.mailing.words import MOST_WORDS, first_words, subject_of
from campaigns.providers import provider_routes
from journeys.models import Interaction
from leadhub.env import email_from
from tests.campaigns import returned_mails as made
from tests.campaigns.test_returned import sent

pytestmark = pytest.mark.django_db


def words(body: str, kind: str = "text/plain; charset=utf-8") -> str:
    raw = f"Subject: x\nContent-Type: {kind}\n\n{body}".encode()
    return first_words(message_from_bytes(raw))


@pytest.mark.parametrize(
    "quoted",
    [
        "> Hello Ada,",
        "On Mon, 2 Mar 2026 at 10:00, LeadHub <news@example.org> wrote:",
        "Am Montag, 2. März 2026 schrieb LeadHub:",
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "From: LeadHub <news@example.org>",
        "________________________________",
        "-- ",
    ],
)
def test_what_is_quoted_or_signed_with_is_not_what_they_say(quoted):
    assert words(f"When could we\nstart?\n\n{quoted}\nBuy now") == (
        "When could we start?"
    )


def test_html_alone_is_read_as_text():
    body = "<style>p{}</style><p>Yes &amp; <b>soon</b></p><script>x()</script><p>Ada"

    assert words(body, "text/html; charset=utf-8") == "Yes & soon Ada"


def test_a_long_answer_is_cut_and_what_turns_reading_is_taken_out():
    assert len(words("word " * 500)) <= MOST_WORDS + 1
    assert words("a\u202eb\x00c\u2028d") == "a b c d"


def test_subjects_are_decoded_and_broken_ones_harmless():
    def subject(text: str) -> str:
        return subject_of(message_from_bytes(f"Subject: {text}\n\n".encode()))

    assert subject("=?utf-8?q?Re=3A_Gr=C3=BC=C3=9Fe?=") == "Re: Grüße"
    assert subject("=?no-such?q?x?=") == "=?no-such?q?x?="
    assert len(subject("x" * 5_000)) == 200


def test_an_answer_is_kept_with_its_subject_and_first_words():
    message = sent()

    returned = read_returned(made.answer(message, Subject="Re: Offer"))

    assert returned.subject == "Re: Offer"
    assert returned.words == "Please unsubscribe me. I am away until Monday."


def test_the_provider_hands_in_what_is_written_to_us(monkeypatch, settings):
    monkeypatch.setenv("EMAIL_URL", "anymail+postmark://?server_token=key")
    monkeypatch.setenv("MAIL_WEBHOOK_SECRET", "post:secret")
    configured = email_from(FileAwareEnv(), data_dir=settings.DATA_DIR)
    settings.ANYMAIL = configured["ANYMAIL"]
    routes = {route.name: route for route in provider_routes("postmark")}
    message = sent()
    body = {
        "FromFull": {"Email": message.contact.email, "Name": "Ada"},
        "From": message.contact.email,
        "To": "news@example.org",
        "Subject": "Re: Hello",
        "TextBody": "When could we start?",
        "Date": "Thu, 5 Apr 2018 16:59:01 +0200",
        "Headers": [
            {"Name": "Message-ID", "Value": "<answer@example.com>"},
            {"Name": "In-Reply-To", "Value": message_id(message)},
        ],
    }

    def post(secret: str):
        request = RequestFactory().post(
            "/mail-answers/",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": "Basic " + b64encode(secret.encode()).decode()},
        )
        return routes["mail_answers"].callback(request)

    with pytest.raises(Exception, match="auth"):
        post("post:wrong")
    assert not Interaction.objects.exists()
    assert [post("post:secret").status_code for _again in range(2)] == [200, 200]
    row = Interaction.objects.get()
    assert (row.kind, row.title) == ("email_reply", "Re: Hello")
    assert row.properties["text"] == "When could we start?"


def test_a_mail_that_cannot_be_read_is_not_brought_again(settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": "post:secret"}
    routes = {route.name: route for route in provider_routes("postmark")}
    # Made to break who reads it.
    request = RequestFactory().post(
        "/mail-answers/",
        json.dumps({"From": "a@b.example", "TextBody": "boundary=\n" * 200}),
        content_type="application/json",
        headers={"Authorization": "Basic " + b64encode(b"post:secret").decode()},
    )

    assert routes["mail_answers"].callback(request).status_code == 200
