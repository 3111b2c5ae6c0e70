"""May we touch this person now, and why not."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from contacts.gate import (
    Channel,
    Purpose,
    Reason,
    Touch,
    reasons_against,
    reasons_against_each,
)
from contacts.models import Consent, Suppression, TouchDecision
from contacts.services.consents import (
    lift_suppression,
    record_consents,
    suppress_address,
)
from contacts.services.touches import decide_touch, pause_touches
from sales.services.claims import claim_contact
from tests.factories.accounts import RepFactory
from tests.factories.campaigns import SenderFactory
from tests.factories.contacts import ConsentFactory, ContactFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
MARKETING = Consent.Purpose.EMAIL_MARKETING


def codes(contact, purpose="marketing", channel="email", *, at=NOW, by=None) -> list:
    touch = Touch(contact, Channel(channel), Purpose(purpose), at=at, by=by)
    return [reason.code for reason in reasons_against(touch)]


def agreed(**fields):
    contact = ContactFactory(**fields)
    ConsentFactory(contact=contact, at=NOW - timedelta(days=1))
    return contact


def test_who_agreed_may_be_mailed():
    assert codes(agreed()) == []


def test_who_never_agreed_gets_no_marketing_but_may_be_written_to_by_a_colleague():
    contact = ContactFactory()

    assert codes(contact) == ["no_consent"]
    assert codes(contact, "personal") == codes(contact, "service") == []


def test_the_latest_decision_counts():
    contact = agreed()

    record_consents(
        contact=contact, decisions={MARKETING: False}, source="t", proof={}, at=NOW
    )

    assert codes(contact) == ["suppressed_unsubscribed", "withdrawn"]


def test_a_new_opt_in_lifts_the_unsubscribe_but_no_bounce():
    contact = agreed(email="ada@example.com")
    for granted in (False, True):
        record_consents(
            contact=contact,
            decisions={MARKETING: granted},
            source="t",
            proof={},
            at=NOW,
        )
    assert codes(contact) == []

    suppress_address(
        address="ADA@example.com",
        reason=Suppression.Reason.BOUNCED,
        source="t",
        at=NOW,
    )

    for purpose in Purpose:
        assert codes(contact, purpose) == ["suppressed_bounced"]


@pytest.mark.parametrize(
    ("reason", "personal", "service"),
    [
        ("unsubscribed", False, False),
        ("objection", True, False),
        ("complaint", True, False),
        ("suspended", True, False),
        ("bounced", True, True),
        ("by_hand", True, False),
    ],
)
def test_what_a_suppression_stops(reason, personal, service):
    contact = agreed()
    suppress_address(address=contact.email, reason=reason, source="t", at=NOW)

    assert codes(contact) == [f"suppressed_{reason}"]
    assert bool(codes(contact, "personal")) is personal
    assert bool(codes(contact, "service")) is service


def test_a_suppression_ends_at_its_moment_and_when_it_is_lifted():
    contact = agreed()
    suppression = suppress_address(
        address=contact.email,
        reason="suspended",
        source="t",
        at=NOW,
        until=NOW + timedelta(days=14),
    )
    assert codes(contact) == ["suppressed_suspended"]
    assert codes(contact, at=NOW + timedelta(days=14)) == []

    lift_suppression(suppression=suppression, by=None, reason="It works again.", at=NOW)

    assert codes(contact) == []


def test_suppressing_twice_keeps_one_row_and_the_later_end():
    contact = ContactFactory()
    for days in (14, 3):
        suppress_address(
            address=contact.email,
            reason="suspended",
            source="t",
            at=NOW,
            until=NOW + timedelta(days=days),
        )

    assert Suppression.objects.get().until == NOW + timedelta(days=14)


def test_the_address_itself_is_not_in_the_suppression():
    suppress_address(
        address="ada@example.com", reason="erased", source="privacy", at=NOW
    )

    [row] = Suppression.objects.values()
    assert "ada" not in str(row)


def test_a_pause_stops_what_is_automated_until_it_is_over():
    contact = agreed()
    until = NOW + timedelta(days=30)

    pause_touches(contact=contact, until=until, by=None, at=NOW)

    assert codes(contact) == ["paused"]
    assert codes(contact, "personal") == []
    assert codes(contact, at=until) == []
    pause_touches(contact=contact, until=None, by=None, at=NOW)
    assert codes(contact) == []


def test_calls_ask_for_a_number_and_respect_do_not_call():
    contact = ContactFactory(phone="")
    assert codes(contact, "personal", "phone") == ["no_phone"]

    contact.phone = "+49301234567"
    assert codes(contact, "personal", "phone") == []

    ConsentFactory(contact=contact, purpose=Consent.Purpose.PHONE, granted=False)
    assert codes(contact, "personal", "phone") == ["do_not_call"]


def test_every_answer_is_kept_with_its_reasons():
    contact, rep = ContactFactory(), RepFactory()
    touch = Touch(contact, Channel.EMAIL, Purpose.MARKETING, at=NOW, subject="mail:1")

    [reason] = decide_touch(touch=touch, title="Welcome")
    decide_touch(
        touch=Touch(contact, Channel.EMAIL, Purpose.PERSONAL, at=NOW, by=rep),
    )

    refused, allowed = TouchDecision.objects.order_by("pk")
    assert (refused.allowed, refused.subject) == (False, "mail:1")
    assert Reason.from_json(refused.reasons[0]) == reason
    assert (allowed.allowed, allowed.by) == (True, rep)


def test_a_reason_reads_in_the_language_of_its_reader():
    kept = Reason("claimed", {"name": "Anna"}, until=NOW).as_json()

    reason = Reason.from_json(kept)

    assert reason.until == NOW
    with translation.override("en"):
        assert reason.detail == "Anna is talking to this contact."


def test_a_decision_that_changes_nothing_is_not_kept_twice():
    contact = agreed()

    again = record_consents(
        contact=contact, decisions={MARKETING: True}, source="t", proof={}, at=NOW
    )

    assert again == []
    assert Consent.objects.count() == 1


# Many at once --------------------------------------------------------------------


@pytest.mark.parametrize("copies", [1, 10])
def test_many_are_answered_in_as_many_queries_as_one(
    copies, django_assert_max_num_queries
):
    SenderFactory()
    touches = []
    for _number in range(copies):
        withdrawn, claimed, paused = agreed(), agreed(), agreed()
        ConsentFactory(contact=withdrawn, granted=False, at=NOW)
        suppress_address(
            address=claimed.email,
            reason=Suppression.Reason.BOUNCED,
            source="t",
            at=NOW,
        )
        claim_contact(contact=claimed, by=RepFactory(), at=NOW)
        pause_touches(contact=paused, until=NOW + timedelta(days=1), by=None, at=NOW)
        touches += [
            Touch(contact, channel, purpose, at=NOW + timedelta(days=days))
            for contact in (withdrawn, claimed, paused, ContactFactory())
            for channel in Channel
            for purpose in Purpose
            for days in (0, 2)
        ]

    with django_assert_max_num_queries(8):
        found = reasons_against_each(touches)

    assert found == {touch: reasons_against(touch) for touch in touches}
    codes = {reason.code for reasons in found.values() for reason in reasons}
    assert codes >= {"withdrawn", "suppressed_bounced", "claimed", "paused"}
