"""The next two weeks as they will probably be, and then as they were."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone

from campaigns.models import Message
from campaigns.selectors.forecast import forecast
from contacts.digests import address_digest
from contacts.models import Suppression
from tests.campaigns.test_sequences import (
    agreed,
    enter,
    mail,
    run_on,
    subjects,
    wait,
)
from tests.factories.campaigns import SenderFactory
from tests.factories.sequences import published

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def _sender():
    SenderFactory(per_day=1, per_week=2)


def test_what_is_foreseen_happens_where_nothing_else_does(clock, mailoutbox):
    never = {"field": "job_title", "op": "eq", "value": "Nobody"}
    sequence = published(
        mail(subject="One"),
        wait(2),
        {
            "kind": "branch",
            "settings": {"condition": never, "days": 2},
            "branches": {"yes": [mail(subject="Yes")], "no": [mail(subject="No")]},
        },
        {"kind": "tag", "settings": {"add": ["nurtured"]}},
        mail(subject="Last"),
        send_days=[1, 2, 3, 4, 5],
        send_from=time(9),
        send_until=time(17),
    )
    enter(sequence, agreed(), agreed(timezone="America/New_York"))

    foreseen = forecast(sequence, at=timezone.now())
    assert Message.objects.count() == 0
    run_on(clock, days=14)

    happened = Message.objects.filter(state="sent").order_by("transmitted_at", "pk")
    assert len(foreseen.mails) == 6
    assert [(f.at, f.run.contact_id) for f in foreseen.mails] == [
        (m.transmitted_at, m.contact_id) for m in happened
    ]
    assert subjects(mailoutbox).count("Last") == 2


def test_who_is_held_back_is_named_with_the_reason(clock):
    sequence = published(*[mail(subject=f"{n}") for n in range(3)])
    enter(sequence, agreed())

    first, second, third = forecast(sequence, at=timezone.now()).mails

    assert first.held_back == ()
    assert [r.code for r in second.held_back] == ["frequency_cap"]
    assert second.at >= first.at + timedelta(days=1)
    assert third.at >= first.at + timedelta(days=7)


def test_who_will_get_nothing_is_named_too(clock):
    sequence = published(mail())
    contact = agreed()
    enter(sequence, contact)
    Suppression.objects.create(
        digest=address_digest(contact.email),
        reason="bounced",
        at=TUESDAY,
        source="t",
    )

    [foreseen] = forecast(sequence, at=timezone.now()).mails

    assert foreseen.ends
    assert [r.code for r in foreseen.held_back] == ["suppressed_bounced"]


@pytest.mark.parametrize("count", [1, 3])
def test_it_asks_for_many_at_once(count, clock, django_assert_num_queries):
    sequence = published(mail(), wait(1), mail())
    enter(sequence, *[agreed() for _ in range(count)])

    with django_assert_num_queries(17):
        found = forecast(sequence, at=timezone.now())

    assert len(found.mails) == 2 * count


def test_it_says_of_how_many_it_speaks(monkeypatch, clock):
    monkeypatch.setattr("campaigns.selectors.forecast.MOST_RUNS", 2)
    sequence = published(wait(1))
    enter(sequence, *[agreed() for _ in range(3)])

    found = forecast(sequence, at=timezone.now())

    assert (found.shown, found.total, found.mails) == (2, 3, [])
