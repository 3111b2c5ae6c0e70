"""Everything that happens comes through ``track_interactions``."""

import random
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from journeys.models import Interaction
from journeys.models.interaction import Channel
from journeys.services.storing import MANY, _store_portably, store
from journeys.services.tracking import Report, track_interactions
from journeys.signals import interactions_tracked
from scoring.models import StaleMark
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import (
    InteractionFactory,
    MeasureFactory,
    TrackedLinkFactory,
)

pytestmark = pytest.mark.django_db


def click(contact, **values) -> Report:
    defaults = {
        "kind": "email_click",
        "source": "mailer",
        "occurred_at": timezone.now(),
    }
    return Report(contact=contact, **defaults | values)


@pytest.fixture
def told():
    """What receivers of the signal are told, a list per signal."""
    heard = []

    def listen(*, interactions, **kwargs):
        heard.append(interactions)

    interactions_tracked.connect(listen)
    yield heard
    interactions_tracked.disconnect(listen)


def test_repeated_event_gets_the_first_row(told):
    now = timezone.now()
    report = click(ContactFactory(), event_id="click-7")
    other = click(report.contact, event_id="click-7", kind="email_open")

    [first, again] = track_interactions(reports=[report, other], at=now)
    [later] = track_interactions(reports=[other], at=now)

    assert [first.is_new, again.is_new, later.is_new] == [True, False, False]
    assert first.interaction == again.interaction == later.interaction
    assert later.interaction.kind == "email_click"
    assert told == [[first.interaction]]


def test_same_event_of_another_source_is_another_interaction():
    now = timezone.now()
    contact = ContactFactory()
    reports = [click(contact, event_id="1", source=name) for name in ("a", "b")]

    outcomes = track_interactions(reports=reports, at=now)

    assert [outcome.is_new for outcome in outcomes] == [True, True]


def test_without_an_event_id_each_report_is_new():
    report = click(ContactFactory())

    outcomes = track_interactions(reports=[report, report], at=timezone.now())

    assert [outcome.is_new for outcome in outcomes] == [True, True]
    assert Interaction.objects.count() == 2


def test_all_that_was_reported_is_stored():
    now = timezone.now()
    moment = datetime(2026, 3, 29, 3, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    report = click(
        ContactFactory(),
        occurred_at=moment,
        event_id="x",
        channel=Channel.PARTNER,
        url="https://example.com/é?q='\"\\",
        title="Prices – 100 % “yours”",
        utm={"source": "x", "campaign": "spring"},
        value=Decimal("12.50"),
        properties={"a": [1, None, {"b": "ü"}], "big": 12345678901234567890},
        is_machine=True,
        machine_reason="crawler",
    )

    [outcome] = track_interactions(reports=[report], at=now)

    row = Interaction.objects.get()
    assert row == outcome.interaction
    for name in ("channel", "url", "title", "utm", "value", "properties"):
        assert getattr(row, name) == getattr(report, name), name
    assert row.occurred_at == moment
    assert row.recorded_at == now
    assert (row.is_machine, row.machine_reason) == (True, "crawler")


@pytest.mark.parametrize(
    ("ahead", "result"),
    [
        (timedelta(minutes=-1), "kept"),
        (timedelta(minutes=5), "now"),
        (timedelta(minutes=5, microseconds=1), "in_future"),
        (timedelta(days=-49 * 365), "kept"),
        (timedelta(days=-51 * 365.25), "too_old"),
    ],
)
def test_clocks_may_differ_a_little(ahead, result):
    now = timezone.now()

    [outcome] = track_interactions(
        reports=[click(ContactFactory(), occurred_at=now + ahead)], at=now
    )

    if result in {"kept", "now"}:
        expected = now if result == "now" else now + ahead
        assert outcome.interaction.occurred_at == expected
    else:
        assert outcome.refusal.code == result
        assert not Interaction.objects.exists()


def test_one_refused_report_does_not_fail_the_rest():
    contact = ContactFactory()
    now = timezone.now()
    reports = [
        click(contact, kind="no slug"),
        click(contact),
        click(contact, occurred_at=now + timedelta(days=1)),
    ]

    outcomes = track_interactions(reports=reports, at=now)

    codes = [getattr(outcome.refusal, "code", None) for outcome in outcomes]
    assert codes == ["bad_kind", None, "in_future"]
    assert Interaction.objects.count() == 1


def test_measure_is_found_by_campaign_and_by_link():
    other = MeasureFactory(utm_campaign="spring", channel=Channel.EMAIL)
    social = MeasureFactory(utm_campaign="spring", channel=Channel.SOCIAL)
    link = TrackedLinkFactory(measure=MeasureFactory())
    contact = ContactFactory()
    reports = [
        click(contact, utm={"campaign": "spring", "source": "linkedin"}),
        click(contact, utm={"campaign": "spring", "medium": "billboard"}),
        click(contact, utm={"campaign": "autumn"}),
        click(contact, utm={"campaign": "spring"}, link=link),
    ]

    outcomes = track_interactions(reports=reports, at=timezone.now())

    measures = [outcome.interaction.measure for outcome in outcomes]
    assert measures == [social, other, None, link.measure]
    assert outcomes[-1].interaction.channel == link.channel


def test_scores_are_marked_in_the_same_transaction():
    contact = ContactFactory()

    track_interactions(reports=[click(contact), click(contact)], at=timezone.now())

    assert list(StaleMark.objects.values_list("contact_id", flat=True)) == [contact.pk]


@pytest.mark.django_db(transaction=True)
def test_a_failing_receiver_undoes_the_interactions():
    def fail(**kwargs):
        raise RuntimeError

    interactions_tracked.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            track_interactions(reports=[click(ContactFactory())], at=timezone.now())
    finally:
        interactions_tracked.disconnect(fail)

    assert not Interaction.objects.exists()


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("count", "statements"), [(1, 6), (3, 6), (500, 13), (900, 13)]
)
def test_number_of_statements_does_not_grow(
    django_assert_num_queries, count, statements
):
    MeasureFactory(utm_campaign="spring")
    contacts = ContactFactory.create_batch(3)
    old = InteractionFactory(contact=contacts[0], source="mailer")
    reports = [
        click(contacts[n % 3], event_id=str(n), utm={"campaign": "spring"})
        for n in range(count)
    ]
    reports.append(click(contacts[0], event_id=old.event_id))

    # measures, insert, repeats, marks for the score and for interests; many rows come as
    # if all were new, which is taken back, and then by a table of their own
    with django_assert_num_queries(statements):
        track_interactions(reports=reports, at=timezone.now())


@pytest.mark.postgresql
@given(
    events=st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("12345"))),
    stored=st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("12345"))),
)
def test_fast_and_portable_way_store_the_same(django_db_blocker, events, stored):
    contact = ContactFactory()

    def rows(pairs):
        return [
            Interaction(
                contact=contact,
                kind="note",
                channel="other",
                source=source,
                event_id=event_id,
                occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
                properties={"n": 1},
            )
            for source, event_id in dict.fromkeys(pairs)
        ]

    answers = []
    for way in (store, lambda these: _store_portably(sorted(these, key=key))):
        Interaction.objects.all().delete()
        way(rows(stored))
        found, new = way(rows(events))
        answers.append(({event: row.properties for event, row in found.items()}, new))
    Interaction.objects.all().delete()

    assert answers[0] == answers[1]


@pytest.mark.django_db
def test_many_at_once_keep_every_value_as_it_was_given():
    contact, now = ContactFactory(), timezone.now()
    texts = [
        "",
        "NULL",
        r"\N",
        r"\.",
        'say "yes", please',
        "a\\tb",
        "Ünï'ç,;ødé",
        "None",
    ]

    def reported(first=0):
        return [
            Interaction(
                contact=contact if n % 2 else None,
                kind="note",
                channel="other",
                source="csv",
                event_id=f"e{n}",
                occurred_at=now,
                recorded_at=now,
                title=texts[n % len(texts)],
                url=texts[-n % len(texts)],
                utm={"source": texts[n % len(texts)]} if n % 3 else None,
                properties={"lines": "one\ntwo\r\n\\.\n", "n": n} if n % 5 else None,
                value=Decimal("12.50") if n % 7 else None,
                is_machine=n % 2 == 0,
            )
            for n in range(first, first + MANY)
        ]

    given = reported()
    stored, new = store(given)
    _again, new_again = store(reported())
    # Half of these are stored.
    others = reported(MANY // 2)
    _stored, new_others = store(others)

    assert new == set(stored) == {row.event for row in given}
    assert not new_again
    assert new_others == {row.event for row in others[MANY - MANY // 2 :]}
    rows = Interaction.objects.in_bulk()
    columns = [field.attname for field in Interaction._meta.concrete_fields]
    for row in [*given, *others[MANY - MANY // 2 :]]:
        assert [getattr(rows[row.pk], name) for name in columns] == [
            getattr(row, name) for name in columns
        ]


def key(row):
    return row.event


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("count", "size"), [(200, 40), (3 * MANY, 2 * MANY)])
def test_events_reported_at_once_are_stored_once(count, size):
    contacts = ContactFactory.create_batch(5)
    now = timezone.now()
    reports = [click(contacts[n % 5], event_id=f"e{n}") for n in range(count)]
    new, failures = [], []

    def report(seed: int) -> None:
        mine = reports * 2
        random.Random(seed).shuffle(mine)
        try:
            for start in range(0, len(mine), size):
                batch = mine[start : start + size]
                outcomes = track_interactions(reports=batch, at=now)
                new.extend(o.interaction.event_id for o in outcomes if o.is_new)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=report, args=[seed]) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert Interaction.objects.count() == count
    assert sorted(new) == sorted(f"e{n}" for n in range(count))
