"""Two teams at once: what the simulator plays, and that it would see what breaks."""

from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaigns.models import Message
from contacts import gate
from insights.collisions import acts
from insights.collisions.checks import faults
from insights.collisions.ledger import Ledger
from insights.collisions.play import play_orders
from insights.collisions.stage import meet_contacts, set_up
from insights.collisions.turns import Scene, Turn
from tests.factories.campaigns import MessageFactory
from tests.factories.contacts import ContactFactory

READY = [acts.visit] * 4 + [acts.score]


def play(orders):
    stage = set_up(at=timezone.now())
    return play_orders(stage=stage, orders=orders, seed=1, contacts=2, acts=5)


@pytest.mark.django_db(transaction=True)
def test_nothing_that_must_never_happen_does():
    result = play(orders=6)

    assert result.broken == []
    assert {"claim", "accept", "opt_out"} <= {*result.done}


NEVER = [
    ([acts.opt_out, acts.plan_mail, acts.send], "left after the unsubscribe"),
    ([acts.plan_mail, acts.claim, acts.send], "left after claim"),
    ([acts.plan_mail, *READY, acts.send], "was opened"),
    ([acts.forbid_calls, acts.call], "called after calls were forbidden"),
    ([acts.plan_mail] * 3 + [acts.send], "3 mails, and 2 are the most"),
]


def play_in_order(order):
    """One act after the other, about one contact; return what was broken, and mails."""
    stage, now, ledger = set_up(at=timezone.now()), timezone.now(), Ledger()
    contacts = meet_contacts(range(1), at=now)
    scene = Scene(stage, contacts, ledger, number=0)
    for number, act in enumerate(order):
        turn = Turn(scene, contacts[0], Random(3), number, stage.reps["anna"])
        act(turn)
    ledger.settle()
    sent = Message.objects.filter(state=Message.State.SENT).count()
    return [*ledger.broken, *faults(contacts)], sent


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
    contact, ledger = ContactFactory(), Ledger()
    sent = {"purpose": "marketing", "transmitted_at": timezone.now()}
    MessageFactory(contact=contact, **sent)

    for key in ("kept", "lifted", "broken"):
        ledger.promise(key, contact_id=contact.pk, what=f"it was {key}")
    ledger.lift("kept")
    assert ledger.broken == []

    late = MessageFactory(contact=contact, **sent)
    ledger.promise("kept", contact_id=contact.pk, what="it was lifted")
    ledger.lift("lifted")
    ledger.settle()

    assert ledger.broken == [
        f"Contact {contact.pk}: message {late.pk} left after it was {key}."
        for key in ("lifted", "broken")
    ]


def test_an_order_has_somebody_in_it():
    with pytest.raises(CommandError, match="--contacts is at least 1"):
        call_command("simulate_collisions", "--contacts", "0")
