"""Two teams at once: what the simulator plays, and that it would see what breaks."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaigns.models import Message
from contacts import gate
from insights.collisions.ledger import Ledger
from insights.collisions.play import play_orders
from insights.collisions.stage import set_up
from tests.factories.campaigns import MessageFactory
from tests.factories.contacts import ContactFactory


def play(orders):
    stage = set_up(at=timezone.now())
    return play_orders(stage=stage, orders=orders, seed=1, contacts=2, acts=5)


@pytest.mark.django_db(transaction=True)
def test_nothing_that_must_never_happen_does():
    result = play(orders=6)

    assert result.broken == []
    assert {"claim", "accept", "opt_out"} <= {*result.done}
    assert Message.objects.filter(state=Message.State.SENT).exists()


@pytest.mark.django_db(transaction=True)
def test_a_gate_that_lets_everybody_through_is_found_out(monkeypatch):
    monkeypatch.setattr(gate, "_objectors", {})
    monkeypatch.setattr(gate, "_signs", {})

    result = play(orders=6)

    assert any("left after the unsubscribe" in line for line in result.broken)
    assert any("left after claim" in line for line in result.broken)
    assert any("called after calls were forbidden" in line for line in result.broken)
    assert any("2 are the most" in line for line in result.broken)


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
