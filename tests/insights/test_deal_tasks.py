"""What deals want of somebody today."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.services.sending import send_due_messages
from contacts.models import Suppression
from contacts.services.consents import suppress_address
from insights.selectors.queue import tasks_of
from sales.models import Question
from sales.services.offer_mails import mail_offer
from sales.services.offers import save_offer, send_offer
from tests.factories.accounts import RepFactory
from tests.factories.sales import DealFactory

pytestmark = pytest.mark.django_db


def titles(rep):
    tasks, count = tasks_of(rep, at=timezone.now())
    assert count == len(tasks)
    return {task.title for task in tasks}


def test_an_offer_that_nobody_answers_wants_its_owner_after_a_week():
    now = timezone.now()
    deal = DealFactory(title="Pumps")
    line = {"text": "x", "unit_price": 5}
    for days in (6, 8):
        at = now - timedelta(days=days)
        offer = save_offer(deal=deal, by=None, at=at, lines=[line])
        send_offer(offer=offer, by=None, at=at)

    assert titles(deal.owner) == {"Ask about the offer: Pumps"}
    assert titles(RepFactory()) == set()


def test_an_offer_whose_mail_was_held_back_wants_its_owner_at_once():
    now = timezone.now()
    deal = DealFactory(title="Pumps")
    words = {"subject": "Offer", "text": "Hello.", "action": "00112233445566aa"}
    line = {"text": "x", "unit_price": 5}
    offer = save_offer(deal=deal, by=None, at=now, lines=[line])
    mail_offer(offer=offer, by=deal.owner, at=now, **words)
    before = titles(deal.owner)

    suppress_address(
        address=deal.contact.email,
        reason=Suppression.Reason.OBJECTION,
        source="test",
        at=now,
    )
    send_due_messages()

    assert before == set()
    assert titles(deal.owner) == {"Offer was not mailed: Pumps"}


def test_a_step_that_is_due_and_needs_nobody_asked_for_want_their_owner():
    rep, now = RepFactory(), timezone.now()
    today = timezone.localdate()
    DealFactory(owner=rep, title="Due", next_step="Call", next_step_date=today)
    DealFactory(owner=rep, title="Later", next_step_date=today + timedelta(days=1))
    old = {"owner": rep, "opened_at": now - timedelta(days=3)}
    DealFactory(title="Old", **old)
    before = titles(rep)
    Question.objects.create(text="How many?")
    DealFactory(title="On", stage="offer", **old)

    assert before == {"Call: Due"}
    assert titles(rep) == {"Call: Due", "Ask what they need: Old"}
