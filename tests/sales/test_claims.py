"""Who talks to a contact is left alone, and so is the contact."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.gate import Channel, Purpose, Touch, reasons_against
from sales.models import Claim
from sales.services.claims import Claimed, NotYours, claim_contact, release_contact
from sales.services.handoffs import hand_off
from tests.factories.accounts import LeadFactory, RepFactory
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.factories.sales import CrossingFactory
from tests.threads import at_once

NOW = timezone.now()


def against(contact, purpose, *, at=NOW, by=None) -> list[str]:
    touch = Touch(contact, Channel.EMAIL, Purpose(purpose), at=at, by=by)
    return [reason.code for reason in reasons_against(touch)]


@pytest.mark.django_db
def test_a_claim_stops_automation_and_colleagues_but_not_who_holds_it():
    contact, rep = ConsentFactory().contact, RepFactory()

    claim = claim_contact(contact=contact, by=rep, at=NOW)

    assert against(contact, "marketing") == ["claimed"]
    assert against(contact, "personal", by=RepFactory()) == ["claimed"]
    assert against(contact, "personal", by=rep) == against(contact, "service") == []
    assert against(contact, "marketing", at=claim.until) == []


@pytest.mark.django_db
def test_a_second_rep_is_told_who_holds_it():
    contact, anna = ContactFactory(), RepFactory(first_name="Anna", last_name="Berg")
    claim = claim_contact(contact=contact, by=anna, at=NOW)

    with pytest.raises(Claimed, match="Anna Berg is talking") as refusal:
        claim_contact(contact=contact, by=RepFactory(), at=NOW)

    assert refusal.value.claim == claim


@pytest.mark.django_db
def test_claiming_again_begins_the_time_anew_and_a_claim_that_is_over_is_free():
    contact, rep, other = ContactFactory(), RepFactory(), RepFactory()
    first = claim_contact(contact=contact, by=rep, at=NOW)
    again = claim_contact(contact=contact, by=rep, at=NOW + timedelta(hours=1))
    assert again.pk == first.pk
    assert again.until == first.until + timedelta(hours=1)

    taken = claim_contact(contact=contact, by=other, at=again.until)

    assert taken.rep == other
    assert Claim.objects.get(pk=first.pk).released_at == again.until


@pytest.mark.django_db
def test_a_claim_is_released_by_its_rep_or_a_lead_and_by_nobody_else():
    contact, rep = ContactFactory(), RepFactory()
    claim_contact(contact=contact, by=rep, at=NOW)
    with pytest.raises(NotYours):
        release_contact(contact=contact, by=RepFactory(), at=NOW)

    release_contact(contact=contact, by=LeadFactory(), at=NOW)
    release_contact(contact=contact, by=rep, at=NOW)

    assert not Claim.objects.live(at=NOW).exists()


@pytest.mark.django_db
def test_marketing_is_silent_from_the_offer_to_sales_on():
    contact = ContactFactory(owner=RepFactory())
    ConsentFactory(contact=contact)

    hand_off(crossing=CrossingFactory(contact=contact), at=NOW)

    assert against(contact, "marketing") == ["handed_off"]
    assert against(contact, "personal", by=contact.owner) == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_ten_who_claim_at_once_one_holds_it():
    contact, reps = ContactFactory(), [RepFactory() for _ in range(10)]

    answers = at_once(
        *[lambda r=rep: claim_contact(contact=contact, by=r, at=NOW) for rep in reps]
    )

    held = [answer for answer in answers if isinstance(answer, Claim)]
    assert len(held) == Claim.objects.count() == 1
    assert all(isinstance(answer, (Claim, Claimed)) for answer in answers)
