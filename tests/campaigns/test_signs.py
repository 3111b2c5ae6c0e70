"""Who is asked on the last yard: only objectors that there is a sign of, and all those."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Enrollment, Message
from campaigns.models import Sequence as MailSequence
from campaigns.models.enrollment import key_of
from campaigns.objectors import REASONS as OURS
from contacts.gate import (
    Channel,
    Purpose,
    Touch,
    reasons_against,
    reasons_against_each,
)
from contacts.models import Consent, Contact, Suppression
from contacts.objectors import REASONS as CONTACTS
from contacts.services.consents import suppress_address
from contacts.services.touches import decide_touch, look_again, pause_touches
from sales.objectors import REASONS as SALES
from sales.services.claims import claim_contact
from tests.factories.accounts import RepFactory
from tests.factories.campaigns import MessageFactory, SenderFactory
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.factories.journeys import InteractionFactory
from tests.factories.sales import DealFactory, HandoffFactory
from tests.factories.sequences import EnrollmentFactory, StepFactory

pytestmark = pytest.mark.django_db
NOON = timezone.now().replace(hour=11, minute=0, second=0, microsecond=0)
BERLIN = "Europe/Berlin"
# Not the gate's: what steps and follow-ups say.
ELSEWHERE = {"not_scored", "sender_missing"}


def agreed(**fields) -> Contact:
    contact = ContactFactory(timezone=BERLIN, **fields)
    ConsentFactory(contact=contact, at=NOON - timedelta(days=30))
    return contact


def suppressed(reason) -> Contact:
    contact = agreed()
    suppress_address(address=contact.email, reason=reason, source="t", at=NOON)
    return contact


def withdrawn() -> Contact:
    contact = agreed()
    ConsentFactory(contact=contact, granted=False, at=NOON)
    return contact


def unwilling_to_be_called() -> Contact:
    contact = agreed(phone="+49301234567")
    ConsentFactory(contact=contact, purpose=Consent.Purpose.PHONE, granted=False)
    return contact


def mailed(*hours) -> Contact:
    contact = agreed()
    for ago in hours:
        MessageFactory(
            contact=contact,
            purpose="marketing",
            state="sent",
            transmitted_at=NOON - timedelta(hours=ago),
        )
    return contact


def with_run(**fields) -> tuple[Contact, str]:
    run = EnrollmentFactory(contact=agreed(), **fields)
    return run.contact, key_of(run, StepFactory(version=run.version))


def of_a_company_that_hears_much() -> Contact:
    contact = agreed()
    for hours in (2, 3, 4):
        InteractionFactory(
            contact=ContactFactory(company=contact.company),
            kind="email_sent",
            occurred_at=NOON - timedelta(hours=hours),
        )
    return contact


@pytest.fixture
def touches() -> list[Touch]:
    """Of contacts that have one thing against them each, at noon and at night."""
    SenderFactory(
        quiet_from=time(21), quiet_until=time(7), per_day=1, per_week=2, per_company=3
    )
    claimed, paused, rep = agreed(), agreed(), RepFactory()
    claim_contact(contact=claimed, by=rep, at=NOON)
    pause_touches(contact=paused, until=NOON + timedelta(days=1), by=None, at=NOON)
    offered = HandoffFactory(contact=agreed()).contact
    of_a_team = HandoffFactory(contact=agreed(), assignee=None).contact
    contacts = [
        *(suppressed(reason) for reason in Suppression.Reason),
        *(claimed, paused, offered, of_a_team, withdrawn(), ContactFactory(), agreed()),
        *(agreed(email="", phone=""), agreed(disqualified_at=NOON)),
        *(unwilling_to_be_called(), mailed(2), mailed(30, 40), mailed(200)),
        *(of_a_company_that_hears_much(), DealFactory(contact=agreed()).contact),
    ]
    keyed = [(contact, "") for contact in contacts]
    keyed += [with_run(), with_run(state=Enrollment.State.STOPPED)]
    run, key = with_run()
    MailSequence.objects.filter(enrollments__contact=run).update(status="paused")
    keyed += [(run, key), (run, "seq:999999:1")]
    return [
        Touch(contact, channel, purpose, at=NOON + span, by=by, subject=key)
        for contact, key in keyed
        for channel in Channel
        for purpose in Purpose
        for span in (timedelta(), timedelta(hours=10, minutes=30), timedelta(days=15))
        for by in ((None,) if span else (None, rep))
    ]


def test_what_any_objector_has_against_a_touch_is_found_by_its_sign(touches):
    all_of_them = reasons_against_each(touches)

    for touch in touches:
        _contact, without = look_again(touch=touch)
        assert reasons_against(touch, without=without) == all_of_them[touch]

    # Nothing that can be said was left out here.
    said = {reason.code for reasons in all_of_them.values() for reason in reasons}
    assert said == (OURS.keys() | CONTACTS.keys() | SALES.keys()) - ELSEWHERE


def test_nobody_is_asked_again_about_whom_nothing_speaks_against():
    SenderFactory(quiet_from=time(21), quiet_until=time(7))
    touch = Touch(agreed(), Channel.EMAIL, Purpose.MARKETING, at=NOON)

    with CaptureQueriesContext(connection) as queries:
        contact, without = look_again(touch=touch)
        assert reasons_against(touch, without=without) == []

    assert contact == touch.contact
    assert len(queries) == 1


def test_of_a_contact_that_has_changed_all_are_asked():
    touch = Touch(agreed(), Channel.EMAIL, Purpose.MARKETING, at=NOON)
    suppress_address(
        address="new@example.com",
        reason=Suppression.Reason.BOUNCED,
        source="t",
        at=NOON,
    )
    Contact.objects.update(email="new@example.com", email_key="new@example.com")

    contact, without = look_again(touch=touch)

    assert contact.email == "new@example.com"
    assert without == frozenset()


def test_of_a_contact_that_is_gone_there_is_none():
    touch = Touch(agreed(), Channel.EMAIL, Purpose.MARKETING, at=NOON)
    Contact.objects.all().delete()

    assert look_again(touch=touch) == (None, frozenset())


def test_the_answer_is_kept_as_if_all_had_been_asked():
    contact = withdrawn()
    touch = Touch(contact, Channel.EMAIL, Purpose.MARKETING, at=NOON)
    _contact, without = look_again(touch=touch)

    [reason] = decide_touch(touch=touch, without=without)

    assert reason.code == "withdrawn"
    assert "consent" not in without
    assert Message.objects.count() == 0
