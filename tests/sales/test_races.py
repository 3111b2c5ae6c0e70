"""Several at the same moment, with real transactions: offers, promises, deals."""

from time import monotonic, sleep

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Notification
from campaigns.models import Message
from campaigns.services.sending import breaker, send_due_messages
from sales.models import Deal, HandoffEvent, Offer, OfferCounter
from sales.services.deals import open_deal
from sales.services.handoffs import hand_off
from sales.services.offers import save_offer, send_offer
from sales.services.promises import keep_promises
from tests.factories.accounts import LeadFactory, RepFactory
from tests.factories.campaigns import MessageFactory, SenderFactory
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.factories.sales import CrossingFactory, DealFactory
from tests.sales.test_offers import LINE
from tests.sales.test_promise_clock import TUESDAY, moment
from tests.threads import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
# As long as a busy machine may need to get to what is waited for.
PATIENCE_SECONDS = 120


def test_numbers_of_offers_that_are_sent_at_once_have_no_gap():
    """Also where some are taken back after they had their number."""
    now = timezone.now()
    drafts = [
        save_offer(deal=DealFactory(), lines=[LINE], by=None, at=now) for _n in range(9)
    ]

    def send(draft):
        send_offer(offer=draft, by=None, at=now)

    def send_and_fail(draft):
        with transaction.atomic():
            send(draft)
            transaction.set_rollback(True)

    verbs = [send, send, send_and_fail] * 3
    at_once(*[lambda v=verb, d=d: v(d) for verb, d in zip(verbs, drafts, strict=True)])

    numbers = Offer.objects.exclude(running=None).values_list("running", flat=True)
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]
    assert OfferCounter.objects.get().last == 6
    assert Offer.objects.filter(status=Offer.Status.DRAFT).count() == 3


def test_one_draft_that_is_sent_by_several_at_once_has_one_number():
    now = timezone.now()
    draft = save_offer(deal=DealFactory(), lines=[LINE], by=None, at=now)

    sent = at_once(*[lambda: send_offer(offer=draft, by=None, at=now).number] * 4)

    assert len({*sent}) == 1
    assert OfferCounter.objects.get().last == 1


def test_sweeps_of_the_promise_clock_at_once_do_each_thing_once():
    LeadFactory(capacity=0)
    rep = RepFactory()
    for _lead in range(5):
        crossing = CrossingFactory(contact=ContactFactory(owner=rep), at=TUESDAY)
        hand_off(crossing=crossing, at=TUESDAY)

    for at, kind in (("03 11:00", "warned"), ("03 13:00", "missed")):
        done = at_once(*[lambda at=at: keep_promises(at=moment(at))] * 4)

        assert sum(done) == 5
        assert HandoffEvent.objects.filter(kind=kind).count() == 5
    told = Notification.objects.exclude(recipient=rep)
    assert told.count() == 5


def test_a_mail_leaves_before_the_deal_is_opened_or_not_at_all():
    breaker.worked()
    SenderFactory(per_day=1_000, per_week=1_000)
    contact = ConsentFactory().contact
    mails = {"contact": contact, "purpose": "marketing", "kind": "campaign"}
    MessageFactory.create_batch(30, **mails)
    left = Message.objects.filter(transmitted_at__isnull=False)

    def open_in_between():
        until = monotonic() + PATIENCE_SECONDS
        while not left.exists() and monotonic() < until:
            sleep(0.01)
        open_deal(contact=contact, by=None, at=timezone.now())
        return {*left.values_list("pk", flat=True)}

    *_senders, before = at_once(send_due_messages, send_due_messages, open_in_between)
    send_due_messages()

    assert {*left.values_list("pk", flat=True)} == before
    states = {*Message.objects.exclude(pk__in=before).values_list("state", flat=True)}
    assert states <= {Message.State.CANCELLED}
    assert Deal.objects.count() == 1
