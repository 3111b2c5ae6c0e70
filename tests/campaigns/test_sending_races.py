"""Senders against each other, and against whoever holds what they need."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.models import Message, MessageEvent, Sender
from campaigns.services.preparing import prepare
from campaigns.services.sending import RETRY, breaker, send_due_messages
from campaigns.services.steps import pass_point_of_no_return
from campaigns.services.supplies import supplies_for
from contacts.models import CompanyGuard
from contacts.services.touches import lock_guard
from tests.factories.campaigns import MessageFactory, SenderFactory
from tests.factories.contacts import CompanyFactory, ConsentFactory, ContactFactory
from tests.threads import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
MARKETING = {"purpose": "marketing", "kind": "campaign"}


@pytest.fixture(autouse=True)
def _nobody_waits() -> None:
    breaker.worked()


def handing_over(people):
    """What hands a mail over to each of them, as far as its point of no return."""
    taken = {"state": "sending", "owner": "me", **MARKETING}
    messages = [MessageFactory(contact=contact, **taken) for contact in people]
    supplies, sender = supplies_for(messages), Sender.objects.current()
    now = timezone.now()

    def passing(message):
        mail = prepare(message, sender=sender, supplies=supplies, at=now)
        return lambda: pass_point_of_no_return(message, mail, at=timezone.now())

    return [passing(message) for message in messages]


@pytest.mark.parametrize("attempt", range(3))
def test_mails_that_leave_at_once_stay_within_the_cap_of_their_company(attempt):
    SenderFactory(per_company=2)
    firms = CompanyFactory.create_batch(2)
    people = [
        ConsentFactory(contact__company=firm).contact for firm in firms for _n in "abcd"
    ]

    passed = at_once(*handing_over(people))

    by_firm = [passed[:4], passed[4:]]
    assert [each.count(True) for each in by_firm] == [2, 2], passed
    assert [each.count(False) for each in by_firm] == [2, 2], passed
    assert CompanyGuard.objects.count() == 2


def test_without_a_cap_no_company_is_locked():
    SenderFactory()
    people = [ConsentFactory(contact__company=CompanyFactory()).contact]

    assert at_once(*handing_over(people)) == [True]

    assert not CompanyGuard.objects.exists()


@pytest.mark.parametrize("agrees", [True, False])
def test_a_guard_that_is_held_for_too_long_puts_the_mail_off(agrees):
    """Whether or not something speaks against it."""
    SenderFactory()
    contact = ConsentFactory().contact if agrees else ContactFactory()
    message = MessageFactory(contact=contact, **MARKETING)
    began = timezone.now()

    def send():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '300ms'")
        return send_due_messages()

    with transaction.atomic():
        lock_guard(contact_id=contact.pk)
        sent = at_once(send)

    assert sent == [0]
    message.refresh_from_db()
    assert (message.state, message.owner) == (Message.State.QUEUED, "")
    assert message.due_at >= began + RETRY
    assert MessageEvent.objects.filter(message=message, name="released").exists()
