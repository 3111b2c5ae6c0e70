"""Two teams at once: what the simulator plays, and that it would see what breaks."""

from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaigns.models import Message
from contacts import gate
from insights.collisions import acts, selling
from insights.collisions.checks import faults
from insights.collisions.ledger import Ledger, broken
from insights.collisions.players import PLAYERS
from insights.collisions.rounds import play_orders
from insights.collisions.stage import meet_contacts, set_up
from insights.collisions.turns import Instead, NothingToDo, Scene, Turn
from leadhub.errors import DomainError
from sales.models import Offer, OfferCounter, Task
from tests.factories.accounts import RepFactory
from tests.factories.campaigns import MessageFactory
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.factories.sales import OfferFactory, TaskFactory

READY = [acts.visit] * 4 + [acts.score]


@pytest.mark.django_db(transaction=True)
def test_nothing_that_must_never_happen_does():
    stage = set_up(at=timezone.now())

    result = play_orders(stage=stage, orders=6, seed=1, contacts=2, acts=5)

    assert result.broken == []
    known = {act.__name__ for acts in PLAYERS.values() for act in acts}
    assert result.orders == 6
    assert {"visit", "send", "score"} <= result.done.keys() <= known


def test_all_that_the_reps_can_do_is_played():
    """An act that stands in no list is played by nobody."""
    played = {act.__name__ for acts in PLAYERS.values() for act in acts}
    there = {
        name
        for module in (acts, selling)
        for name, act in vars(module).items()
        if getattr(act, "__module__", "") == module.__name__
        and getattr(act, "__annotations__", None) == {"turn": "Turn", "return": "None"}
    }

    assert there - played == set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_several_processes_play_and_end_when_they_are_told_to():
    stage = set_up(at=timezone.now())

    result = play_orders(
        stage=stage,
        orders=1_000,
        seed=1,
        contacts=2,
        acts=1,
        processes=2,
        goes_on=lambda result: False,
    )

    assert result.broken == []
    assert 0 < result.orders < 1_000


NEVER = [
    ([acts.opt_out, acts.plan_mail, acts.send], "left after the unsubscribe"),
    ([acts.plan_mail, selling.claim, acts.send], "left after claim"),
    ([acts.plan_mail, *READY, acts.send], "was opened"),
    ([acts.plan_mail, selling.open_one, acts.send], "left after deal"),
    ([acts.forbid_calls, *[selling.talk] * 4], "called after calls were forbidden"),
    ([acts.forbid_calls, *[selling.plan] * 4], "planned after calls were forbidden"),
    ([acts.plan_mail] * 3 + [acts.send], "3 mails, and 2 are the most"),
    (
        [*[selling.talk] * 8, acts.plan_mail, acts.send],
        "left after their company had had 3 touches",
    ),
]


def play_in_order(order):
    """One act after the other, about one contact; return what was broken, and mails."""
    stage, now = set_up(at=timezone.now()), timezone.now()
    [contacts] = meet_contacts(range(1, 2), each=1, at=now)
    ledger, draw = Ledger(contacts), Random(3)
    scene = Scene(stage, contacts, ledger, number=1)
    for number, act in enumerate(order):
        turn = Turn(scene, contacts[0], draw, number, stage.reps["anna"])
        try:
            act(turn)
        except (DomainError, NothingToDo, Instead):
            continue
    kept = broken(ledger.standing(), people=scene.contact_ids)
    sent = Message.objects.filter(state=Message.State.SENT).count()
    return [*ledger.broken, *kept, *faults(contacts)], sent


@pytest.mark.django_db
@pytest.mark.parametrize(("order", "what"), NEVER)
def test_a_gate_that_lets_everybody_through_is_found_out(monkeypatch, order, what):
    monkeypatch.setattr(gate, "_objectors", {})
    monkeypatch.setattr(gate, "_signs", {})

    broken, _sent = play_in_order(order)

    assert any(what in sentence for sentence in broken), broken


@pytest.mark.django_db
@pytest.mark.parametrize(("order", "what"), NEVER)
def test_the_gate_lets_no_such_thing_through(order, what):
    broken, _sent = play_in_order(order)

    assert not any(what in sentence for sentence in broken), broken


@pytest.mark.django_db
def test_what_nothing_speaks_against_is_sent():
    assert play_in_order([acts.plan_mail, acts.send])[1] == 1


@pytest.mark.django_db
def test_a_promise_is_broken_by_what_leaves_before_it_is_lifted():
    contact = ContactFactory()
    ledger = Ledger([contact])
    sent = {"purpose": "marketing", "transmitted_at": timezone.now()}
    MessageFactory(contact=contact, **sent)

    def promise(name):
        ledger.promise((name, 1), contact_ids=[contact.pk], what=f"it was {name}")

    for name in ("kept", "lifted", "broken"):
        promise(name)
    with ledger.lifting(("kept", 1)):
        promise("kept")
    late = MessageFactory(contact=contact, **sent)
    with ledger.lifting(("lifted", 1)):
        pass

    left = broken(ledger.standing(), people=[contact.pk])
    assert [*ledger.broken, *left] == [
        f"Contact {contact.pk}: message {late.pk} left after it was {name}."
        for name in ("lifted", "broken")
    ]


@pytest.mark.django_db
def test_what_the_product_refuses_to_lift_may_be_promised_again():
    contact = ContactFactory()
    ledger, key = Ledger([contact]), ("deal", 1)

    with pytest.raises(DomainError), ledger.lifting(key):
        raise DomainError("no")
    ledger.promise(key, contact_ids=[contact.pk], what="it was opened")

    assert ledger.has_promised(key)


@pytest.mark.django_db
def test_a_colleagues_own_mail_breaks_a_claim_and_ones_own_does_not():
    contact, anna, ben = ContactFactory(), RepFactory(), RepFactory()
    ledger = Ledger([contact])
    ledger.promise(
        ("claim", 1), contact_ids=[contact.pk], what="claim 1", only_by=anna.pk
    )
    sent = {"contact": contact, "transmitted_at": timezone.now()}

    MessageFactory(purpose="personal", by=anna, **sent)
    MessageFactory(purpose="service", by=None, **sent)
    late = MessageFactory(purpose="personal", by=ben, **sent)

    assert broken(ledger.standing(), people=[contact.pk]) == [
        f"Contact {contact.pk}: message {late.pk} left after claim 1."
    ]


@pytest.mark.django_db
def test_a_gap_in_the_numbers_of_offers_is_found():
    contact = ContactFactory()
    sent = {"year": 2026, "status": Offer.Status.SENT, "sent_at": timezone.now()}
    OfferFactory(deal__contact=contact, running=1, **sent)
    OfferFactory(deal__contact=contact, running=3, **sent)
    OfferCounter.objects.create(year=2026, last=4)

    assert [each for each in faults([contact]) if each.startswith("Offers")] == [
        "Offers of 2026: 2, numbered from 1 to 3.",
        "Offers of 2026: 3 is the last, 4 was given.",
    ]


@pytest.mark.django_db
def test_a_call_to_whoever_does_not_want_it_is_found():
    task = TaskFactory(kind=Task.Kind.CALL)
    ConsentFactory(contact=task.contact, purpose="phone", granted=False)

    assert [*faults([task.contact])] == [
        f"Contact {task.contact_id}: is to be called, and does not want to be."
    ]


def test_an_order_has_somebody_in_it():
    with pytest.raises(CommandError, match="--contacts is at least 1"):
        call_command("simulate_collisions", "--contacts", "0")
