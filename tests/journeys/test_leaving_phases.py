"""Contacts who come into a phase at the moment at which it leaves the plan."""

import time
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from journeys.models import Phase, PhaseVisit
from journeys.services.advancing import advance_contacts
from journeys.services.drafts import drop_phase
from journeys.services.plans import PhaseInUse, delete_phase
from journeys.services.visits import MovedMeanwhile, move_contact
from tests.factories.contacts import ContactFactory, SegmentFactory
from tests.factories.journeys import PhaseVisitFactory
from tests.journeys.parts import part_of, publish
from tests.threads import PATIENCE_SECONDS, at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
WAITS = (
    "SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database"
    " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
)


@pytest.fixture
def leaving(journey, who):
    """A draft without phase One; what publishes it, and sends its contacts to Two."""
    one, two = (part_of(journey, name)["key"] for name in ("One", "Two"))
    drop_phase(journey=journey, key=one, **who)
    return lambda: publish(journey, who, moves={one: two})


@contextmanager
def unfinished(work):
    """``work`` is done by another, whose transaction ends only with the block."""
    done, may_end = Event(), Event()

    def run():
        try:
            with transaction.atomic():
                work()
                done.set()
                may_end.wait(PATIENCE_SECONDS)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    try:
        assert done.wait(PATIENCE_SECONDS)
        yield
    finally:
        may_end.set()
        thread.join(PATIENCE_SECONDS)


def wait_until_somebody_waits():
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(WAITS)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    pytest.fail("Nobody waits.")


def where_all_are():
    visits = PhaseVisit.objects.filter(left_at=None)
    return dict(visits.values_list("contact", "phase__name"))


def test_who_publishes_waits_for_who_is_coming_in_and_takes_them_along(
    journey, who, leaving
):
    one, person = journey.phases.get(name="One"), ContactFactory()

    def go():
        try:
            leaving()
        finally:
            connection.close()

    with unfinished(lambda: move_contact(contact=person, phase=one, **who)):
        publisher = Thread(target=go)
        publisher.start()
        wait_until_somebody_waits()
        assert Phase.objects.filter(pk=one.pk).exists()
    publisher.join(PATIENCE_SECONDS)

    assert not Phase.objects.filter(pk=one.pk).exists()
    assert where_all_are() == {person.pk: "Two"}


def test_who_comes_while_somebody_publishes_is_refused_and_nobody_else(
    journey, who, leaving
):
    one, two = journey.phases.get(name="One"), journey.phases.get(name="Two")
    late, other = ContactFactory.create_batch(2)
    PhaseVisitFactory(contact=late, phase=journey.phases.get(name="Three"))

    with unfinished(leaving):
        with pytest.raises(MovedMeanwhile):
            move_contact(contact=late, phase=one, **who)
        move_contact(contact=other, phase=two, **who)

    assert where_all_are() == {late.pk: "Three", other.pk: "Two"}


def test_a_phase_is_not_deleted_while_its_first_contact_comes_in(journey, who):
    three, person = journey.phases.get(name="Three"), ContactFactory()
    refusals = []

    def go():
        try:
            delete_phase(phase=three, **who)
        except PhaseInUse as refusal:
            refusals.append(refusal)
        finally:
            connection.close()

    with unfinished(lambda: move_contact(contact=person, phase=three, **who)):
        deleter = Thread(target=go)
        deleter.start()
        wait_until_somebody_waits()
    deleter.join(PATIENCE_SECONDS)

    assert len(refusals) == 1
    assert where_all_are() == {person.pk: "Three"}


def test_a_phase_that_stays_after_all_takes_contacts_again(journey, who, leaving):
    one, person = journey.phases.get(name="One"), ContactFactory()

    class NotAfterAllError(Exception):
        pass

    with pytest.raises(NotAfterAllError), transaction.atomic():
        leaving()
        raise NotAfterAllError
    move_contact(contact=person, phase=one, **who)

    assert where_all_are() == {person.pk: "One"}


def test_conditions_leave_nobody_in_a_phase_that_goes(journey, who, leaving):
    title = {"field": "job_title", "op": "eq", "value": "Buyer"}
    people = ContactFactory.create_batch(6, job_title="Buyer")
    journey.segment = SegmentFactory(condition=title)
    journey.save()
    # The draft was begun before; it is to say the same of the segment.
    draft = journey.draft
    draft.plan["segment"] = journey.segment_id
    draft.save()
    ids = [person.pk for person in people]

    def advancing(some):
        return lambda: advance_contacts(contact_ids=some, at=timezone.now())

    at_once(leaving, *map(advancing, (ids[:2], ids[2:4], ids[4:])))

    # In Two, whoever was first; or nowhere yet, if the plan was just changing.
    assert set(where_all_are().values()) <= {"Two"}
    advance_contacts(contact_ids=ids, at=timezone.now())
    assert where_all_are() == dict.fromkeys(ids, "Two")
