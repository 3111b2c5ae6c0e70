"""Senders take some mails at a time, and give back what they do not come to."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import AddressKey, Message
from campaigns.services import claiming
from campaigns.services.claiming import AT_ONCE, claim_due, claimed
from campaigns.services.sending import breaker, send_due_messages
from contacts.services.touches import lock_guards
from tests.factories.campaigns import MessageFactory, SenderFactory
from tests.factories.contacts import ConsentFactory, ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_waits() -> None:
    breaker.worked()


def due(count: int, *, domain: str = "example.com") -> list[Message]:
    mails = []
    for number in range(count):
        contact = ContactFactory(email=f"c{number}@{domain}")
        ConsentFactory(contact=contact, at=timezone.now() - timedelta(days=1))
        key = f"bulk:{domain}:{number}"
        mails.append(MessageFactory(contact=contact, key=key, domain=domain))
    return mails


def in_state(state: str) -> int:
    return Message.objects.filter(state=state).count()


def test_a_domain_gets_its_share_of_a_minute_and_others_theirs():
    due(3), due(1, domain="example.org")
    leave_out = set()

    mails = claim_due(at=timezone.now(), leave_out=leave_out, per_domain=2)

    assert [mail.domain for mail in mails].count("example.com") == 2
    assert [mail.domain for mail in mails].count("example.org") == 1
    assert leave_out == {"example.com"}
    assert claim_due(at=timezone.now(), leave_out=leave_out, per_domain=2) == []


def test_what_a_sender_does_not_come_to_is_given_back():
    due(3)
    mails = claimed(per_domain=100, seconds=60)
    next(mails)
    assert in_state("sending") == 3

    mails.close()

    assert (in_state("sending"), in_state("queued")) == (1, 2)


def test_what_is_not_begun_in_time_is_given_back_and_taken_anew(monkeypatch):
    due(2)
    mails = claimed(per_domain=100, seconds=60)
    first = next(mails).message
    moment = claiming.time.monotonic() + claiming.FRESH_SECONDS + 1
    monkeypatch.setattr(claiming.time, "monotonic", lambda: moment)

    second = next(mails).message

    assert first.pk != second.pk
    assert first.owner != second.owner


def test_a_mail_costs_a_bounded_number_of_queries(mail_server):
    SenderFactory()
    due(1, domain="example.org")
    assert send_due_messages() == 1  # makes what mails share
    mails = due(AT_ONCE)
    lock_guards(contact_ids=[mail.contact_id for mail in mails])

    with CaptureQueriesContext(connection) as queries:
        assert send_due_messages() == AT_ONCE

    assert AddressKey.objects.count() == AT_ONCE + 1
    assert len(queries) / AT_ONCE <= 20
