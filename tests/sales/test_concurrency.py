"""Many at once: on PostgreSQL, with real transactions."""

import pytest
from django.utils import timezone

from accounts.models import Notification
from campaigns.models import Message
from leadhub.errors import DomainError
from sales.models import Handoff, HandoffEvent, OfferCounter
from sales.services.handoffs import accept_handoff, decline_handoff, hand_off
from sales.services.offer_mails import mail_offer
from sales.services.offers import save_offer
from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.sales import CrossingFactory, DealFactory
from tests.threads import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
NOW = timezone.now()


def test_twenty_handoffs_of_one_crossing_are_one():
    crossing = CrossingFactory(contact=ContactFactory(owner=RepFactory()))

    handoffs = at_once(*[lambda: hand_off(crossing=crossing, at=NOW)] * 20)

    assert len({handoff.pk for handoff in handoffs}) == 1
    assert Handoff.objects.open().count() == 1
    assert HandoffEvent.objects.count() == 1
    assert Notification.objects.count() == 1


def test_twenty_crossings_of_one_contact_share_a_handoff():
    contact = ContactFactory(owner=RepFactory())
    crossings = [CrossingFactory(contact=contact, arming=n) for n in range(1, 21)]

    at_once(*[lambda c=c: hand_off(crossing=c, at=NOW) for c in crossings])

    assert Handoff.objects.count() == 1
    assert HandoffEvent.objects.filter(crossing__isnull=False).count() == 20
    assert Notification.objects.count() == 20
    assert Notification.objects.in_inbox(at=NOW).count() == 1


def test_answers_and_crossings_at_once_end_in_one_story():
    """None waits for another in a circle, and no crossing is lost on a closed one."""
    rep = RepFactory()
    for arming in range(1, 40, 2):
        contact = ContactFactory(owner=rep)
        first = CrossingFactory(contact=contact, arming=arming)
        second = CrossingFactory(contact=contact, arming=arming + 1)
        handoff = hand_off(crossing=first, at=NOW)

        results = at_once(
            lambda h=handoff: accept_handoff(handoff=h, by=rep, at=NOW),
            lambda h=handoff: decline_handoff(
                handoff=h, reason="bad_fit", by=rep, at=NOW
            ),
            lambda c=second: hand_off(crossing=c, at=NOW),
        )

        assert second.handoff_event.handoff == results[2]
        after_it_closed = results[2].pk != handoff.pk
        assert Handoff.objects.open().filter(contact=contact).count() == int(
            after_it_closed
        )


def test_an_offer_mailed_many_times_at_once_has_one_number_and_one_mail():
    deal = DealFactory()
    line = {"text": "Pump", "unit_price": 5}
    offer = save_offer(deal=deal, by=deal.owner, at=NOW, lines=[line])

    def mail(action: str):
        return mail_offer(
            offer=offer,
            subject="Offer {{ offer_number }}",
            text="Hello.",
            action=action,
            by=deal.owner,
            at=NOW,
        )

    actions = [f"{number:016x}" for number in (1, 1, 2, 3)]
    results = at_once(*[lambda a=a: mail(a) for a in actions])

    refused = [result for result in results if isinstance(result, DomainError)]
    assert {refusal.code for refusal in refused} == {"offer_on_its_way"}
    message = Message.objects.get()
    assert OfferCounter.objects.get().last == 1
    offer.refresh_from_db()
    assert (offer.status, offer.mail) == ("sent", message)
    assert bytes(message.files.get().data) == bytes(offer.file)
