"""What mail providers report, and what it means for the next mail."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import timedelta

import pytest
from anymail.signals import AnymailTrackingEvent, tracking
from django.test import RequestFactory
from django.utils import timezone
from environ import FileAwareEnv

from campaigns.figures import oldest_due_mail, unknown_mails
from campaigns.models import Message
from campaigns.providers import provider_routes
from campaigns.services.links import link_for
from contacts.gate import Channel, Purpose, Touch, reasons_against
from contacts.models import Suppression
from journeys.machines import Signs
from journeys.models import Interaction, TrackedLink
from journeys.services.clicks import follow_link
from leadhub.env import email_from
from tests.factories.campaigns import MessageFactory
from tests.factories.contacts import ConsentFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def sent(*purposes, **fields) -> Message:
    fields = {"state": "sent", "transmitted_at": NOW - timedelta(hours=1)} | fields
    message = MessageFactory(**fields)
    for purpose in ("email_marketing", *purposes):
        ConsentFactory(
            contact=message.contact, purpose=purpose, at=NOW - timedelta(days=9)
        )
    return message


def report(message, what, *, times=2, **more) -> None:
    """As anymail tells it; providers repeat themselves."""
    for _ in range(times):
        event = AnymailTrackingEvent(
            event_type=what,
            timestamp=NOW,
            metadata={"token": message.token},
            **more,
        )
        tracking.send(sender=None, event=event, esp_name="Test")


def against(message, purpose="marketing") -> list[str]:
    touch = Touch(message.contact, Channel.EMAIL, Purpose(purpose), at=timezone.now())
    return [reason.code for reason in reasons_against(touch)]


@pytest.mark.parametrize(
    ("more", "is_dead"),
    [
        ({"reject_reason": "invalid"}, True),
        ({"reject_reason": "bounced", "mta_response": "550 5.1.1 no such user"}, True),
        ({"mta_response": "smtp; 550 unknown user"}, True),
        ({"reject_reason": "bounced", "mta_response": "552 5.2.2 mailbox full"}, False),
        ({"reject_reason": "blocked", "mta_response": "554 5.7.1 spam"}, False),
        ({"mta_response": "450 4.2.1 try again"}, False),
        ({"reject_reason": "other"}, False),
    ],
)
def test_only_dead_addresses_are_not_written_to_again(more, is_dead):
    message = sent()

    report(message, "bounced", **more)

    assert ("suppressed_bounced" in against(message, "service")) is is_dead
    assert message.events.filter(name="bounced").count() == 1
    assert Interaction.objects.filter(kind="email_bounce").count() == 1


def test_a_complaint_is_an_objection():
    message = sent()

    report(message, "complained")

    codes = against(message)
    assert "suppressed_complaint" in codes
    assert "withdrawn" in codes
    assert against(message, "personal") == ["suppressed_complaint"]
    assert against(message, "service") == []


def test_an_auto_reply_is_nothing():
    message = sent()

    report(message, "autoresponded")

    assert against(message) == []
    assert not message.events.exists()
    assert not Suppression.objects.exists()


def test_opens_and_clicks_count_for_who_agreed_and_once():
    tracked, untracked = sent("email_tracking"), sent()
    browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

    for message in (tracked, untracked):
        report(message, "opened", user_agent=browser)
        report(message, "clicked", user_agent=browser, click_url="https://a.example/")

    rows = Interaction.objects.order_by("kind")
    assert [(row.kind, row.contact) for row in rows] == [
        ("email_click", tracked.contact),
        ("email_open", tracked.contact),
    ]
    assert not any(row.is_machine for row in rows)


def test_a_report_tells_of_a_mail_of_which_nobody_knew():
    message = sent(state="unknown", reason="no_answer", owner="gone")

    report(message, "delivered")

    message.refresh_from_db()
    assert (message.state, message.reason) == ("sent", "")
    assert [event.name for event in message.events.order_by("pk")] == [
        "decided_arrived",
        "delivered",
    ]


def test_reports_of_others_mails_are_nothing():
    report(Message(token="of-somebody-else"), "bounced", reject_reason="invalid")

    assert not Suppression.objects.exists()


def test_the_provider_of_the_settings_reports_with_the_secret(monkeypatch, settings):
    monkeypatch.setenv("EMAIL_URL", "anymail+postmark://?server_token=key")
    monkeypatch.setenv("MAIL_WEBHOOK_SECRET", "post:secret")
    made = email_from(FileAwareEnv(), data_dir=settings.DATA_DIR)
    settings.ANYMAIL = made["ANYMAIL"]
    [route, _answers] = provider_routes(made["MAIL_PROVIDER"])
    message = sent()
    body = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "TypeCode": 1,
        "Email": message.contact.email,
        "BouncedAt": NOW.isoformat(),
        "MessageID": "x",
        "Details": "smtp;550 5.1.1 unknown",
        "Metadata": {"token": message.token},
    }

    def post(secret: str):
        request = RequestFactory().post(
            "/mail-reports/",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": "Basic " + b64encode(secret.encode()).decode()},
        )
        return route.callback(request)

    with pytest.raises(Exception, match="auth"):
        post("post:wrong")
    assert not Suppression.objects.exists()
    assert post("post:secret").status_code == 200
    assert made["EMAIL_BACKEND"] == "anymail.backends.postmark.EmailBackend"
    assert "suppressed_bounced" in against(message)


def test_without_a_secret_no_provider_reports(monkeypatch, settings):
    monkeypatch.setenv("EMAIL_URL", "anymail+postmark://?server_token=key")
    made = email_from(FileAwareEnv(), data_dir=settings.DATA_DIR)

    assert provider_routes(made["MAIL_PROVIDER"]) == []
    assert provider_routes("no_such_provider") == []


# Our own links ------------------------------------------------------------------------

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.mark.parametrize(
    ("state", "age", "user_agent", "machine"),
    [
        ("transmitting", 0, BROWSER, "before_delivery"),
        ("sent", 2, "", "too_fast+library"),
        ("sent", 2, BROWSER, ""),
        ("sent", 600, BROWSER, ""),
    ],
)
def test_what_is_fetched_before_a_mail_can_be_read_is_a_machines(
    state, age, user_agent, machine
):
    now = timezone.now()
    message = sent(
        "email_tracking", state=state, transmitted_at=now - timedelta(seconds=age)
    )
    link_for(message, target_url="https://a.example/", is_personal=True, at=now)
    signs = Signs(at=now, user_agent=user_agent)

    row = follow_link(link=TrackedLink.objects.get(), signs=signs, at=now)

    assert row.machine_reason == machine
    assert row.kind == "email_click"


def test_what_monitoring_is_told_of_mails():
    MessageFactory(due_at=NOW - timedelta(hours=1))
    sent(state="unknown")

    assert unknown_mails() == 1
    assert oldest_due_mail() >= 3600
