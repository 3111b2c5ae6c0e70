"""What becomes of a lead that is accepted and not called, and of one that hurries."""

from datetime import timedelta

import pytest

from journeys.services.tracking import Report, track_interactions
from sales.models import Handoff
from sales.selectors.foresight import coming
from sales.services.claims import claim_contact
from sales.services.handoffs import accept_handoff
from tests.factories.accounts import LeadFactory, RepFactory
from tests.factories.journeys import InteractionFactory
from tests.factories.sales import DealFactory
from tests.sales.test_promise_clock import (
    TUESDAY,
    accepted,
    lines_of,
    moment,
    offered,
    play,
    told,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep():
    return RepFactory()


def missed(rep) -> Handoff:
    """Accepted on Tuesday at nine, and not called that day."""
    handoff = accepted(rep)
    play("03 13:00", "03 17:00")
    handoff.refresh_from_db()
    return handoff


# The first touch -----------------------------------------------------------------


def test_who_does_not_call_is_told_what_will_come(rep):
    other, lead = RepFactory(), LeadFactory(capacity=0)
    handoff = missed(rep)

    [line] = lines_of(rep, at="03 17:00")
    assert line.startswith("You accepted: the time for a first call, mail or meeting")
    [line] = lines_of(lead, at="03 17:00")
    assert f"{rep} accepted, but has not called" in line
    [next_step] = coming(handoff, at=moment("03 17:00"))
    assert (next_step.at, next_step.what) == (moment("04 17:00"), "passes")
    assert str(other) in next_step.text


def test_what_will_come_is_shown_from_the_beginning(rep):
    RepFactory()

    found = coming(accepted(rep), at=TUESDAY)

    assert [(step.at, step.what) for step in found] == [
        (moment("03 13:00"), "warning"),
        (moment("03 17:00"), "told"),
        (moment("04 17:00"), "passes"),
    ]


def test_a_lead_that_nobody_calls_goes_to_the_next_rep_and_never_back(rep):
    other, lead = RepFactory(), LeadFactory(capacity=0)
    handoff = missed(rep)

    play("04 09:00", "04 16:59")
    handoff.refresh_from_db()
    assert (handoff.assignee, handoff.status) == (rep, "accepted")
    play("04 17:00", "04 17:01")

    handoff.refresh_from_db()
    assert (handoff.assignee, handoff.status) == (other, "offered")
    assert (handoff.accepted_at, handoff.touch_by, handoff.misses) == (None, None, 1)
    assert handoff.contact.owner == other
    assert told(handoff, "passed_on") == [("passed_on", other)]
    assert lines_of(rep, at="04 17:01") == []
    assert len(lines_of(other, at="04 17:01")) == 1
    [line] = lines_of(lead, at="04 17:01")
    assert f"now it is with {other}" in line

    accept_handoff(handoff=handoff, by=other, at=moment("05 09:00"))
    play("05 13:00", "05 17:00", "06 17:00")
    handoff.refresh_from_db()
    assert handoff.assignee == other


def test_with_nobody_free_it_stays_and_who_leads_is_asked(rep):
    lead = LeadFactory(capacity=0)
    handoff = missed(rep)

    play("04 17:00", "05 17:00")

    handoff.refresh_from_db()
    assert (handoff.assignee, handoff.status) == (rep, "accepted")
    assert handoff.acts_at is None
    assert not told(handoff, "passed_on")
    [line] = lines_of(lead, at="05 17:00")
    assert "please give it to somebody" in line
    [line] = lines_of(rep, at="05 17:00")
    assert "a colleague" not in line


def test_nothing_is_taken_from_who_has_opened_a_deal(rep):
    RepFactory()
    handoff = missed(rep)
    DealFactory(handoff=handoff, contact=handoff.contact, owner=rep)

    play("04 17:00")

    handoff.refresh_from_db()
    assert (handoff.assignee, handoff.acts_at) == (rep, None)


def test_nothing_is_taken_from_who_is_talking_to_the_contact(rep):
    other = RepFactory()
    handoff = missed(rep)
    claim = claim_contact(contact=handoff.contact, by=rep, at=moment("04 16:00"))

    play("04 17:00")
    handoff.refresh_from_db()
    assert (handoff.assignee, handoff.acts_at) == (rep, claim.until)
    play("04 20:01")

    handoff.refresh_from_db()
    assert handoff.assignee == other


# What hurries --------------------------------------------------------------------


def ask_for_a_demo(handoff: Handoff, at) -> None:
    asked = Report(
        contact=handoff.contact, kind="demo_request", source="test", occurred_at=at
    )
    track_interactions(reports=[asked], at=at)


def test_who_asks_for_a_demo_meanwhile_is_to_be_answered_in_minutes(rep):
    handoff = offered(rep)
    assert handoff.accept_by == moment("03 13:00")
    ask_for_a_demo(handoff, moment("03 10:00"))

    play("03 10:00", "03 10:01")

    handoff.refresh_from_db()
    assert handoff.accept_by == moment("03 10:05")
    assert told(handoff, "hurried") == [("hurried", rep)]
    [line] = lines_of(rep, at="03 10:01")
    assert line.startswith("Asked for a demo while you had the lead")
    play("03 10:03", "03 10:05", "03 10:10")
    handoff.refresh_from_db()
    assert handoff.misses == 2


def test_it_hurries_also_after_the_first_miss(rep):
    handoff = offered(rep)
    play("03 11:00", "03 13:00")
    ask_for_a_demo(handoff, moment("03 14:00"))

    play("03 14:00")

    handoff.refresh_from_db()
    assert handoff.passes_at == moment("03 14:10")


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "page_view"},
        {"is_machine": True},
        {"occurred_at": TUESDAY - timedelta(hours=1)},
    ],
    ids=["another kind", "a machine", "before"],
)
def test_nothing_else_shortens_the_time(rep, change):
    handoff = offered(rep)
    asked = {"kind": "demo_request", "occurred_at": moment("03 10:00")}
    InteractionFactory(contact=handoff.contact, **{**asked, **change})

    play("03 10:01")

    handoff.refresh_from_db()
    assert handoff.accept_by == moment("03 13:00")
    assert not told(handoff, "hurried")
