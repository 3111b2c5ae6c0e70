"""The demo's deals: needs noted, offers sent, won, lost, or still open."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.utils.timezone import localdate

from accounts.models import User
from sales.models import Deal, Handoff, Offer, Question
from sales.services.closing import lose_deal, win_deal
from sales.services.deals import change_deal, move_deal, open_deal
from sales.services.needs import answer_questions, save_question
from sales.services.offers import accept_offer, save_offer, send_offer

# (text, kind, choices, answers to choose from)
QUESTIONS = (
    ("How many people work with leads?", "number", (), ("4", "9", "15", "40")),
    (
        "What do they use today?",
        "choice",
        ("Spreadsheets", "A CRM", "Pen and paper"),
        ("Spreadsheets", "A CRM", "Pen and paper"),
    ),
    ("Is there a budget this year?", "yes_no", (), (True, True, False)),
    (
        "What is to be better in a year?",
        "text",
        (),
        ("Fewer leads that nobody calls.", "One record for both teams."),
    ),
)
PRODUCTS = (
    ("Introduction, two days on site", Decimal(1), Decimal("2400.00")),
    ("Seats for a year", Decimal(12), Decimal("349.00")),
    ("Import of the data there is", Decimal(1), Decimal("890.00")),
)
STEPS = ("Call about the offer", "Send the references", "Meet who decides")
# Out of one: how many of a stage are won at the next step, and how many lost.
ENDS = {"offer": (0.25, 0.2), "negotiation": (0.4, 0.25)}
LOST = ("price", "no_budget", "competitor", "no_decision")


def lay_out_questions() -> None:
    for place, (text, kind, choices, _answers) in enumerate(QUESTIONS, 1):
        question = Question(text=text, kind=kind, choices=list(choices), position=place)
        question.is_required = place == 1
        save_question(question=question)


def go_on_with_deal(
    handoff: Handoff, rep: User, *, random: Random, at: datetime
) -> float | None:
    """One step further with what a handoff became, in so many days the next one.

    None once it has come to its end.
    """
    deal = Deal.objects.filter(handoff=handoff).select_related("contact").first()
    if deal is None:
        deal = open_deal(
            contact=handoff.contact,
            handoff=handoff,
            by=rep,
            at=at,
            value=Decimal(random.randrange(20, 180) * 100),
            expected_close_date=localdate(at) + timedelta(days=random.randint(25, 50)),
        )
    elif not deal.is_open:
        return None
    elif deal.stage == "needs_analysis":
        _offer(deal, rep, random, at)
    else:
        won, lost = ENDS[deal.stage]
        lot = random.random()
        if lot < won:
            _win(deal, rep, at)
            return None
        if lot < won + lost:
            lose_deal(deal=deal, reason=random.choice(LOST), by=rep, at=at)
            return None
        move_deal(deal=deal, stage="negotiation", by=rep, at=at)
    return _plan(deal, rep, random, at)


def let_one_lie(*, at: datetime) -> None:
    """What comes next with one deal was to be done two days ago, if none is late."""
    today = localdate(at)
    planned = Deal.objects.open().exclude(next_step_date=None)
    deal = planned.order_by("next_step_date", "pk").first()
    if deal is not None and deal.next_step_date >= today:
        data = {"next_step_date": today - timedelta(days=2)}
        change_deal(deal=deal, data=data, by=deal.owner, at=at)


def _win(deal: Deal, rep: User, at: datetime) -> None:
    offer = deal.offers.filter(status=Offer.Status.SENT).first()
    if offer is not None and not offer.is_over(on=localdate(at)):
        accept_offer(offer=offer, by=rep, at=at)
    win_deal(deal=deal, reason="fit", by=rep, at=at)


def _offer(deal: Deal, rep: User, random: Random, at: datetime) -> None:
    asked = Question.objects.asked_in(deal)
    said = {
        question.pk: random.choice(answers)
        for question, (*_rest, answers) in zip(asked, QUESTIONS, strict=False)
    }
    answer_questions(deal=deal, answers=said, by=rep, at=at)
    lines = [
        {"text": text, "quantity": quantity, "unit_price": price}
        for text, quantity, price in PRODUCTS[: random.randint(1, 3)]
    ]
    discount = Decimal(random.choice([0, 0, 5]))
    offer = save_offer(deal=deal, by=rep, at=at, lines=lines, discount=discount)
    send_offer(offer=offer, by=rep, at=at)


def _plan(deal: Deal, rep: User, random: Random, at: datetime) -> float:
    """Say what comes next, and return in how many days it will be done.

    Now and then nobody has said, and some do it a day or two late.
    """
    today = localdate(at)
    days = random.choice([None, 5, 7, 9, 12, 15])
    step = random.choice(STEPS) if days else ""
    date = today + timedelta(days=days) if days else None
    data = {"next_step": step, "next_step_date": date}
    close = deal.expected_close_date
    if close is None or close < today + timedelta(days=10):
        # It takes longer than one thought.
        data["expected_close_date"] = today + timedelta(days=random.randint(14, 30))
    change_deal(deal=deal, data=data, by=rep, at=at)
    return (days or 6) + random.expovariate(0.35)
