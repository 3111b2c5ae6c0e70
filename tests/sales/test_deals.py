"""Deals: opened, moved, won, lost, and what depends on them."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import WebhookEvent
from campaigns.conversions import conversions_of
from campaigns.models import Enrollment
from contacts.gate import Channel, Purpose, Touch, reasons_against
from journeys.models import PhaseVisit
from journeys.timeline import timeline_of
from sales.models import Deal, DealSettings, Handoff
from sales.selectors.deals import deal_board
from sales.services.closing import lose_deal, reopen_deal, win_deal
from sales.services.deal_refusals import (
    BadAmount,
    DealNotOpen,
    HandoffNotAccepted,
    NotAnOwner,
    UnknownCloseReason,
    UnknownStage,
)
from sales.services.deals import change_deal, give_deals, move_deal, open_deal
from sales.services.handoffs import accept_handoff, decline_handoff, reassign_handoff
from sales.services.leaving import pass_on_deals
from sales.services.refusals import DealOpen
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import JourneyFactory, PhaseFactory, PhaseVisitFactory
from tests.factories.sales import DealFactory, HandoffFactory
from tests.factories.sequences import EnrollmentFactory
from tests.factories.webhooks import WebhookEndpointFactory

pytestmark = pytest.mark.django_db


def accepted(**fields):
    handoff = HandoffFactory(**fields)
    return accept_handoff(handoff=handoff, by=handoff.assignee, at=timezone.now())


def marketing_mail(contact):
    return Touch(contact, Channel.EMAIL, Purpose.MARKETING, timezone.now())


def test_a_handoff_opens_one_deal_however_often_it_is_asked():
    handoff, now = accepted(), timezone.now()
    rep = handoff.assignee

    deal = open_deal(contact=handoff.contact, handoff=handoff, by=rep, at=now)
    again = open_deal(contact=handoff.contact, handoff=handoff, by=rep, at=now)

    assert again == deal
    assert (deal.owner, deal.stage) == (rep, "needs_analysis")
    assert deal.title == str(handoff.contact.company)
    assert [event.kind for event in deal.events.all()] == ["opened"]


def test_no_deal_comes_from_a_handoff_that_nobody_accepted():
    handoff = HandoffFactory()

    with pytest.raises(HandoffNotAccepted):
        open_deal(contact=handoff.contact, handoff=handoff, by=None, at=timezone.now())


def test_the_database_keeps_a_handoff_to_one_deal():
    deal = DealFactory(handoff=HandoffFactory())

    with pytest.raises(IntegrityError), transaction.atomic():
        DealFactory(handoff=deal.handoff)


def test_while_a_deal_is_open_marketing_is_silent_and_sequences_are_over():
    run = EnrollmentFactory()
    contact, rep = run.contact, RepFactory()
    before = {reason.code for reason in reasons_against(marketing_mail(contact))}

    deal = open_deal(contact=contact, by=rep, at=timezone.now())

    run.refresh_from_db()
    during = {reason.code for reason in reasons_against(marketing_mail(contact))}
    lose_deal(deal=deal, reason="price", by=rep, at=timezone.now())
    after = {reason.code for reason in reasons_against(marketing_mail(contact))}
    assert during - before == {"deal_open"}
    assert after == before
    assert (run.state, run.end) == ("stopped", Enrollment.End.DEAL)


def test_moving_is_written_down_and_where_it_is_it_stays():
    deal, now = DealFactory(), timezone.now()

    move_deal(deal=deal, stage="offer", by=deal.owner, at=now)
    moved = move_deal(deal=deal, stage="offer", by=deal.owner, at=now)

    assert moved.stage == "offer"
    assert [(e.kind, e.stage) for e in deal.events.all()] == [("moved", "offer")]
    with pytest.raises(UnknownStage):
        move_deal(deal=deal, stage="heaven", by=deal.owner, at=now)


def test_stages_that_are_laid_down_replace_those_that_ship():
    stages = [{"key": "talk", "name": "Gespräch", "probability": 35}]
    DealSettings.objects.create(pk=1, stages=stages)

    deal = open_deal(contact=ContactFactory(), by=None, at=timezone.now())

    [column] = deal_board(Deal.objects.all(), at=timezone.now())
    assert deal.stage == "talk"
    assert (str(column.stage), column.count) == ("Gespräch", 1)


def test_a_won_deal_makes_its_contact_a_customer_and_closes_the_handoff():
    journey = JourneyFactory()
    sales = PhaseFactory(journey=journey, stage="sales")
    customer = PhaseFactory(journey=journey, stage="sales", outcome="won")
    WebhookEndpointFactory(events=["deal.won"])
    handoff = accepted()
    PhaseVisitFactory(contact=handoff.contact, phase=sales)
    now, rep = timezone.now(), handoff.assignee
    deal = open_deal(contact=handoff.contact, handoff=handoff, by=rep, at=now)

    win_deal(deal=deal, value=Decimal("9000.50"), reason="fit", by=rep, at=now)
    won = win_deal(deal=deal, by=rep, at=now)

    handoff.refresh_from_db()
    here = PhaseVisit.objects.get(contact=handoff.contact, left_at=None)
    assert (won.status, won.value, won.closed_at) == ("won", Decimal("9000.50"), now)
    assert here.phase == customer
    assert handoff.status == Handoff.Status.CLOSED
    assert now in conversions_of([handoff.contact_id])[handoff.contact_id]
    assert WebhookEvent.objects.filter(type="deal.won").count() == 1


def test_a_lost_deal_goes_back_to_marketing_where_nothing_else_is_laid_down():
    journey = JourneyFactory()
    marketing = PhaseFactory(journey=journey, stage="marketing")
    sales = PhaseFactory(journey=journey, stage="sales")
    deal = DealFactory()
    PhaseVisitFactory(contact=deal.contact, phase=sales)

    lost = lose_deal(
        deal=deal, reason="no_budget", by=deal.owner, at=timezone.now(), comment=" x "
    )

    here = PhaseVisit.objects.get(contact=deal.contact, left_at=None)
    assert here.phase == marketing
    assert (lost.status, lost.reason, lost.comment) == ("lost", "no_budget", "x")


def test_a_contact_with_another_open_deal_stays_with_sales():
    phase = PhaseFactory(stage="sales")
    PhaseFactory(journey=phase.journey, stage="marketing")
    deal = DealFactory()
    DealFactory(contact=deal.contact)
    PhaseVisitFactory(contact=deal.contact, phase=phase)

    lose_deal(deal=deal, reason="other", by=deal.owner, at=timezone.now())

    assert PhaseVisit.objects.get(contact=deal.contact).phase == phase


@pytest.mark.parametrize(
    ("close", "refusal"),
    [
        (lambda d: win_deal(deal=d, by=None, at=timezone.now()), BadAmount),
        (
            lambda d: win_deal(deal=d, by=None, at=timezone.now(), reason="luck"),
            UnknownCloseReason,
        ),
        (
            lambda d: win_deal(deal=d, by=None, at=timezone.now(), value=Decimal(-1)),
            BadAmount,
        ),
        (
            lambda d: lose_deal(deal=d, by=None, at=timezone.now(), reason=""),
            UnknownCloseReason,
        ),
    ],
)
def test_a_deal_is_closed_with_value_and_reason_only(close, refusal):
    deal = DealFactory(value=None)

    with pytest.raises(refusal):
        close(deal)

    deal.refresh_from_db()
    assert deal.is_open


def test_a_closed_deal_is_not_moved_nor_changed_but_can_be_opened_again():
    deal, now = DealFactory(value=5), timezone.now()
    win_deal(deal=deal, by=None, at=now)

    for change in (
        lambda: move_deal(deal=deal, stage="offer", by=None, at=now),
        lambda: change_deal(deal=deal, data={"value": Decimal(3)}, by=None, at=now),
        lambda: lose_deal(deal=deal, reason="price", by=None, at=now),
    ):
        with pytest.raises(DealNotOpen):
            change()

    assert reopen_deal(deal=deal, by=None, at=now).is_open


def test_a_handoff_is_not_given_back_nor_away_while_its_deal_is_open():
    handoff, now = accepted(), timezone.now()
    rep = handoff.assignee
    open_deal(contact=handoff.contact, handoff=handoff, by=rep, at=now)

    with pytest.raises(DealOpen):
        decline_handoff(handoff=handoff, reason="other", by=rep, at=now)
    with pytest.raises(DealOpen):
        reassign_handoff(handoff=handoff, assignee=RepFactory(), by=rep, at=now)


def test_deals_belong_to_those_who_sell():
    deal, now = DealFactory(), timezone.now()

    with pytest.raises(NotAnOwner):
        change_deal(deal=deal, data={"owner": MarketerFactory()}, by=None, at=now)


def test_open_deals_of_who_left_go_to_who_is_responsible_now():
    leaver, heir = RepFactory(is_active=False), RepFactory()
    deal = DealFactory(owner=leaver, contact__owner=heir)
    closed = DealFactory(owner=leaver, status="won", closed_at=timezone.now())

    assert pass_on_deals(user=leaver, by=None, at=timezone.now()) == 1

    deal.refresh_from_db()
    closed.refresh_from_db()
    assert (deal.owner, closed.owner) == (heir, leaver)


def test_many_are_given_away_at_once_but_those_that_are_closed():
    rep = RepFactory()
    open_one = DealFactory()
    closed = DealFactory(status="lost", reason="price", closed_at=timezone.now())

    count = give_deals(deals=[open_one, closed], owner=rep, by=rep, at=timezone.now())

    open_one.refresh_from_db()
    assert (count, open_one.owner) == (1, rep)


def test_the_timeline_tells_of_deals():
    deal, now = DealFactory(title="Pumps"), timezone.now()
    move_deal(deal=deal, stage="offer", by=deal.owner, at=now)

    entries, _next = timeline_of(deal.contact, size=10, kinds=frozenset({"deal_moved"}))

    assert [entry.detail for entry in entries] == ["Pumps · Offer"]


def test_the_board_sums_and_weighs_what_it_does_not_show():
    for number in range(23):
        DealFactory(stage="offer", value=Decimal(100 + number))
    DealFactory(stage="offer", status="won", value=7, closed_at=timezone.now())

    columns = {
        c.stage.key: c for c in deal_board(Deal.objects.all(), at=timezone.now())
    }

    offer = columns["offer"]
    assert (offer.count, len(offer.cards)) == (23, 20)
    assert offer.total == sum(100 + n for n in range(23))
    assert offer.forecast == offer.total / 2
    assert offer.next
