"""The next two weeks as they will probably be, and then as they were."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from campaigns.models import Enrollment, Message
from campaigns.selectors.forecast import forecast
from campaigns.services.sequences import publish_draft
from campaigns.services.triggers import look_for_entries
from contacts.digests import address_digest
from contacts.models import Suppression
from tests.campaigns.sequences import (
    TUESDAY,
    agreed,
    enter,
    mail,
    run_on,
    subjects,
    wait,
)
from tests.factories.campaigns import SenderFactory
from tests.factories.contacts import ContactFactory, SegmentFactory
from tests.factories.journeys import InteractionFactory
from tests.factories.sequences import drafted, published

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "sender")]


@pytest.fixture
def sender():
    """One mail a day and two a week."""
    return SenderFactory(per_day=1, per_week=2)


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

    with django_assert_num_queries(19):
        found = forecast(sequence, at=timezone.now())

    assert len(found.mails) == 2 * count


def test_it_says_of_how_many_it_speaks(monkeypatch, clock):
    monkeypatch.setattr("campaigns.selectors.forecast.MOST_RUNS", 2)
    sequence = published(wait(1))
    enter(sequence, *[agreed() for _ in range(3)])

    found = forecast(sequence, at=timezone.now())

    assert (found.shown, found.total, found.mails) == (2, 3, [])


# Before it is published -----------------------------------------------------------

IS_HEAD = {"field": "job_title", "op": "eq", "value": "Head"}


def of_heads(*steps, **fields):
    """A draft that contacts of a segment would enter."""
    segment = SegmentFactory(condition=IS_HEAD)
    return drafted(
        *steps, trigger="segment", trigger_settings={"segment": segment.pk}, **fields
    )


def test_a_trial_of_a_draft_is_what_happens_once_it_is_published(clock):
    sequence = of_heads(mail(subject="One"), wait(3), mail(subject="Two"))
    heads = [agreed(job_title="Head") for _n in range(3)]
    agreed(job_title="Intern")

    found = forecast(sequence, at=timezone.now())

    assert (found.is_trial, found.shown, found.total) == (True, 3, 3)
    assert not Enrollment.objects.exists()
    assert not Message.objects.exists()
    publish_draft(
        sequence=sequence, moves_people=False, note="", by=None, at=timezone.now()
    )
    look_for_entries()
    run_on(clock, days=14)
    happened = Message.objects.filter(state="sent").order_by("transmitted_at", "pk")
    assert [(f.at, f.run.contact_id) for f in found.mails] == [
        (m.transmitted_at, m.contact_id) for m in happened
    ]
    assert {m.contact_id for m in happened} == {head.pk for head in heads}


def test_a_trial_says_who_would_be_held_back_and_why(clock):
    sequence = of_heads(mail(), mail())
    silent = ContactFactory(job_title="Head")
    agreed(job_title="Head")

    found = forecast(sequence, at=timezone.now())

    assert [(f.run.contact_id, f.held_back[0].code) for f in found.never] == [
        (silent.pk, "no_consent")
    ]
    assert [f.held_back[0].code for f in found.put_off] == ["frequency_cap"]


def test_a_trial_leaves_out_who_is_at_the_goal_or_held_out(clock):
    goal = {"field": "language", "op": "eq", "value": "de"}
    sequence = of_heads(mail(), goal=goal, hold_out=50)
    agreed(job_title="Head", language="de")
    for _n in range(20):
        agreed(job_title="Head", language="en")

    found = forecast(sequence, at=timezone.now())

    assert found.total == 20
    assert 0 < len(found.mails) < 20


def test_a_trial_takes_who_did_lately_what_lets_one_in(clock):
    when = {"kind": "demo_request"}
    sequence = drafted(mail(), trigger="interaction", trigger_settings={"when": when})
    for days in (3, 20):
        clock.move_to(TUESDAY - timedelta(days=days))
        InteractionFactory(contact=agreed(), kind="demo_request")
    clock.move_to(TUESDAY)

    found = forecast(sequence, at=timezone.now())

    assert (found.total, len(found.mails)) == (1, 1)


def test_by_hand_nobody_would_enter(clock):
    found = forecast(drafted(mail()), at=timezone.now())

    assert (found.is_trial, found.total, found.mails) == (True, 0, [])


@pytest.mark.parametrize("count", [1, 3])
def test_a_trial_asks_for_many_at_once(count, clock, django_assert_num_queries):
    sequence = of_heads(mail(), wait(1), mail())
    for _n in range(count):
        agreed(job_title="Head")

    with django_assert_num_queries(22):
        found = forecast(sequence, at=timezone.now())

    assert len(found.mails) == 2 * count
