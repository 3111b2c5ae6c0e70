"""An unsubscribe that was acknowledged, against senders that pass the gate."""

import threading
from itertools import count
from time import perf_counter
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from campaigns.services.preferences import unsubscribe_url
from contacts.gate import Channel, Purpose, Touch
from contacts.models import TouchDecision
from contacts.services.touches import decide_touch
from tests.campaigns.test_choices import path_of
from tests.factories.contacts import ConsentFactory, ContactFactory

SENDERS = 4


def race(contact) -> tuple[float, list[float]]:
    """When the unsubscribe was acknowledged, and when touches were let through."""
    path = path_of(unsubscribe_url(SimpleNamespace(contact=contact)))
    passed: list[float] = []
    begun = threading.Event()
    ready = threading.Barrier(SENDERS + 1)

    def send(number: int) -> None:
        try:
            ready.wait(timeout=120)
            for step in count():
                subject = f"race:{number}:{step}"
                with transaction.atomic():
                    touch = Touch(
                        contact,
                        Channel.EMAIL,
                        Purpose.MARKETING,
                        at=timezone.now(),
                        subject=subject,
                    )
                    if decide_touch(touch=touch):
                        break
                    # The guard is still held: the point of no return.
                    passed.append(perf_counter())
                    begun.set()
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(n,)) for n in range(SENDERS)]
    for thread in threads:
        thread.start()
    ready.wait(timeout=120)
    assert begun.wait(timeout=120)
    response = Client().post(path)
    acknowledged = perf_counter()
    assert response.status_code == 200
    for thread in threads:
        thread.join(timeout=120)
    return acknowledged, passed


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_no_touch_passes_the_gate_after_an_acknowledged_unsubscribe():
    before = after = 0
    for _round in range(8):
        contact = ContactFactory()
        ConsentFactory(contact=contact)

        acknowledged, passed = race(contact)

        before += sum(moment < acknowledged for moment in passed)
        after += sum(moment >= acknowledged for moment in passed)
        refused = TouchDecision.objects.filter(contact=contact, allowed=False)
        assert refused.exists()

    assert after == 0
    assert before > 0  # else nothing raced


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_at_once_unsubscribe_once():
    contact = ContactFactory()
    ConsentFactory(contact=contact)
    path = path_of(unsubscribe_url(SimpleNamespace(contact=contact)))
    answers = []

    def click() -> None:
        try:
            answers.append(Client().post(path).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    assert answers == [200] * 20
    assert contact.consents.filter(granted=False).count() == 1
    assert contact.interactions.filter(kind="unsubscribe").count() == 1
