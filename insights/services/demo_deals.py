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
LOST = ("price", "no_budget", "competitor", "no_decision")


def lay_out_questions() -> None:
    for place, (text, kind, choices, _answers) in enumerate(QUESTIONS, 1):
        question = Question(text=text, kind=kind, choices=list(choices), position=place)
        question.is_required = place == 1
        save_question(question=question)


def go_on_with_deal(
    handoff: Handoff, rep: User, *, random: Random, at: datetime
) -> bool:
    """One step further with what a handoff became; False once it has come to its end."""
    deal = Deal.objects.filter(handoff=handoff).select_related("contact").first()
    if deal is None:
        deal = open_deal(
            contact=handoff.contact,
            handoff=handoff,
            by=rep,
            at=at,
            value=Decimal(random.randrange(20, 180) * 100),
            expected_close_date=localdate(at) + timedelta(days=random.randint(30, 70)),
        )
    elif not deal.is_open:
        return False
    elif deal.stage == "needs_analysis":
        _offer(deal, rep, random, at)
    elif random.random() < 0.45:
        offer = deal.offers.filter(status=Offer.Status.SENT).first()
        if offer is not None and not offer.is_over(on=localdate(at)):
            accept_offer(offer=offer, by=rep, at=at)
        win_deal(deal=deal, reason="fit", by=rep, at=at)
        return False
    elif random.random() < 0.5:
        lose_deal(deal=deal, reason=random.choice(LOST), by=rep, at=at)
        return False
    elif deal.stage == "offer":
        move_deal(deal=deal, stage="negotiation", by=rep, at=at)
    _plan(deal, rep, random, at)
    return True


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


def _plan(deal: Deal, rep: User, random: Random, at: datetime) -> None:
    """What comes next; now and then nobody has said."""
    days = random.choice([None, 4, 8, 12, 18])
    step = random.choice(STEPS) if days else ""
    date = localdate(at) + timedelta(days=days) if days else None
    data = {"next_step": step, "next_step_date": date}
    change_deal(deal=deal, data=data, by=rep, at=at)
