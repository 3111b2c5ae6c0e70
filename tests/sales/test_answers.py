from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notification
from accounts.services.users import deactivate_user
from journeys.models import PhaseVisit
from sales.models import Handoff, HandoffEvent
from sales.services.handoffs import (
    accept_handoff,
    decline_handoff,
    hand_off,
    reassign_handoff,
)
from sales.services.refusals import (
    AssigneeAbsent,
    BadReturn,
    HandoffNotOpen,
    HandoffTaken,
    NotARep,
    NoWayBack,
    UnknownReason,
)
from sales.tasks import return_declined_leads
from scoring.models import StaleMark
from tests.factories.accounts import (
    AdminFactory,
    LeadFactory,
    MarketerFactory,
    RepFactory,
)
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import PhaseFactory
from tests.factories.sales import CrossingFactory, HandoffFactory
from tests.factories.scoring import ScoreFactory
from tests.sales.test_handing_off import in_phase

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def offered(rep=None) -> Handoff:
    contact = ContactFactory(owner=rep or RepFactory())
    in_phase(contact)
    return hand_off(crossing=CrossingFactory(contact=contact), at=NOW)


def stage_of(contact) -> str:
    return PhaseVisit.objects.get(contact=contact, left_at=None).phase.stage


# Accepting -----------------------------------------------------------------------


def test_accepting_ends_the_notice_and_moves_the_contact_to_sales():
    handoff = offered()
    rep = handoff.assignee

    accepted = accept_handoff(handoff=handoff, by=rep, at=NOW)
    again = accept_handoff(handoff=handoff, by=rep, at=NOW + timedelta(hours=1))

    assert accepted.status == again.status == "accepted"
    assert again.accepted_at == NOW
    assert not Notification.objects.in_inbox(at=NOW).exists()
    assert stage_of(handoff.contact) == "sales"
    events = HandoffEvent.objects.order_by("pk").values_list("kind", flat=True)
    assert list(events) == ["offered", "accepted"]


def test_nobody_accepts_a_colleagues_lead():
    handoff = offered()

    for other in (RepFactory(), LeadFactory(), AdminFactory()):
        with pytest.raises(HandoffTaken):
            accept_handoff(handoff=handoff, by=other, at=NOW)


def test_a_lead_that_was_nobodys_belongs_to_who_accepts_it():
    handoff = hand_off(crossing=CrossingFactory(), at=NOW)
    rep = RepFactory()

    accept_handoff(handoff=handoff, by=rep, at=NOW)

    handoff.refresh_from_db()
    assert handoff.assignee == handoff.contact.owner == rep


@pytest.mark.parametrize("status", ["declined", "expired", "returned", "closed"])
def test_what_is_closed_takes_no_answer(status):
    rep = RepFactory()
    handoff = HandoffFactory(assignee=rep, status=status)

    with pytest.raises(HandoffNotOpen):
        accept_handoff(handoff=handoff, by=rep, at=NOW)
    with pytest.raises(HandoffNotOpen):
        decline_handoff(handoff=handoff, reason="other", by=rep, at=NOW)
    with pytest.raises(HandoffNotOpen):
        reassign_handoff(handoff=handoff, assignee=RepFactory(), by=rep, at=NOW)


# Declining -----------------------------------------------------------------------


def declined(handoff=None, **answer) -> Handoff:
    handoff = handoff or offered()
    values = {"reason": "other", "by": handoff.assignee, "at": NOW}
    return decline_handoff(handoff=handoff, **(values | answer))


def test_declining_gives_the_contact_back_to_marketing():
    handoff = declined(reason="wrong_person", comment=" Ask for Bob. ")

    assert (handoff.status, handoff.decline_reason) == ("declined", "wrong_person")
    assert (handoff.comment, handoff.closed_at) == ("Ask for Bob.", NOW)
    assert stage_of(handoff.contact) == "marketing"
    assert not Notification.objects.in_inbox(at=NOW).exists()
    assert HandoffEvent.objects.latest("pk").note == "Ask for Bob."


def test_a_declined_contact_is_nurtured_in_the_phase_that_sales_names():
    handoff = offered()
    here = handoff.contact.phase_visits.get(left_at=None).phase
    nurturing = PhaseFactory(journey=here.journey, stage="marketing", position=9)

    declined(handoff, phase=nurturing)

    assert handoff.contact.phase_visits.get(left_at=None).phase == nurturing


@pytest.mark.parametrize("stage", ["marketing", "sales"])
def test_it_is_nurtured_in_a_marketing_phase_of_its_own_journey(stage):
    handoff = offered()
    here = handoff.contact.phase_visits.get(left_at=None).phase
    elsewhere = {} if stage == "marketing" else {"journey": here.journey}

    with pytest.raises(NoWayBack):
        declined(handoff, phase=PhaseFactory(stage=stage, position=9, **elsewhere))

    handoff.refresh_from_db()
    assert handoff.is_open


def test_declining_twice_is_harmless_but_not_for_another_reason():
    handoff = declined(reason="not_ready")

    assert declined(handoff, reason="not_ready").closed_at == NOW
    with pytest.raises(HandoffNotOpen):
        declined(handoff, reason="bad_fit")


def test_one_accepted_before_counts_as_returned():
    handoff = offered()
    accept_handoff(handoff=handoff, by=handoff.assignee, at=NOW)

    assert declined(handoff).status == "returned"


@pytest.mark.parametrize(
    ("reason", "days"),
    [("not_ready", 30), ("no_budget", 90), ("other", None), ("bad_fit", None)],
)
def test_reasons_say_when_the_contact_may_return(reason, days):
    handoff = declined(reason=reason)

    assert handoff.return_at == (days and NOW + timedelta(days=days))


@pytest.mark.parametrize("reason", Handoff.Reason.values)
def test_a_bad_fit_and_a_competitor_are_disqualified(reason):
    contact = declined(reason=reason).contact

    contact.refresh_from_db()
    assert (contact.disqualified_at == NOW) == (reason in ("bad_fit", "competitor"))


def test_an_own_date_to_return_is_taken():
    soon = NOW + timedelta(days=3)

    assert declined(reason="other", return_at=soon).return_at == soon


@pytest.mark.parametrize(
    ("reason", "after", "refusal"),
    [
        ("lazy", None, UnknownReason),
        ("", None, UnknownReason),
        ("other", timedelta(0), BadReturn),
        ("other", timedelta(days=3000), BadReturn),
        ("bad_fit", timedelta(days=3), BadReturn),
    ],
)
def test_reasons_and_dates_are_checked(reason, after, refusal):
    return_at = None if after is None else NOW + after

    with pytest.raises(refusal):
        declined(reason=reason, return_at=return_at)


def test_reps_decline_their_own_and_team_leads_any():
    handoff = offered()

    with pytest.raises(HandoffTaken):
        declined(handoff, by=RepFactory())
    assert declined(handoff, by=LeadFactory()).status == "declined"


# Returning -----------------------------------------------------------------------


def test_when_the_date_has_come_the_contact_can_cross_anew():
    handoff = HandoffFactory(status="declined", return_at=NOW - timedelta(minutes=1))
    score = ScoreFactory(contact=handoff.contact, is_armed=False)
    later = HandoffFactory(status="declined", return_at=NOW + timedelta(days=1))

    return_declined_leads()
    return_declined_leads()

    score.refresh_from_db()
    assert (score.is_armed, score.arming) == (True, 2)
    assert [mark.contact for mark in StaleMark.objects.all()] == [handoff.contact]
    handoff.refresh_from_db()
    later.refresh_from_db()
    assert handoff.returned_at is not None
    assert later.returned_at is None


def test_a_contact_that_is_with_sales_again_is_not_armed():
    handoff = HandoffFactory(status="declined", return_at=NOW - timedelta(minutes=1))
    HandoffFactory(contact=handoff.contact)
    score = ScoreFactory(contact=handoff.contact, is_armed=False)

    return_declined_leads()

    score.refresh_from_db()
    assert not score.is_armed
    assert not Handoff.objects.returning(at=NOW).exists()


# Reassigning ---------------------------------------------------------------------


def test_reassigning_offers_it_anew_and_rids_the_first():
    first, second = RepFactory(), RepFactory()
    handoff = offered(first)
    accept_handoff(handoff=handoff, by=first, at=NOW)
    later = NOW + timedelta(days=1)

    passed = reassign_handoff(handoff=handoff, assignee=second, by=first, at=later)
    reassign_handoff(handoff=handoff, assignee=second, by=second, at=later)

    assert (passed.assignee, passed.status) == (second, "offered")
    assert (passed.assigned_because, passed.accepted_at) == ("by_hand", None)
    assert passed.accept_by > later
    [line] = Notification.objects.in_inbox(at=later)
    assert (line.recipient, line.subject_id) == (second, handoff.pk)
    assert Notification.objects.count() == 2
    handoff.contact.refresh_from_db()
    assert handoff.contact.owner == second


def test_only_its_rep_and_team_leads_give_it_away():
    handoff = offered()

    with pytest.raises(HandoffTaken):
        reassign_handoff(
            handoff=handoff, assignee=RepFactory(), by=RepFactory(), at=NOW
        )
    lead = LeadFactory()
    assert reassign_handoff(
        handoff=handoff, assignee=lead, by=lead, at=NOW
    ).assignee == (lead)


def test_leads_go_to_reps_who_are_there():
    handoff = offered()
    rep = handoff.assignee

    with pytest.raises(NotARep):
        reassign_handoff(handoff=handoff, assignee=MarketerFactory(), by=rep, at=NOW)
    absent = RepFactory(absent_until=timezone.localdate(NOW))
    with pytest.raises(AssigneeAbsent):
        reassign_handoff(handoff=handoff, assignee=absent, by=rep, at=NOW)


def test_what_was_with_who_leaves_goes_to_somebody_else():
    leaving, staying = RepFactory(), RepFactory()
    handoff = offered(leaving)
    closed = HandoffFactory(assignee=leaving, status="closed")

    deactivate_user(user=leaving, by=None, at=NOW)

    handoff.refresh_from_db()
    closed.refresh_from_db()
    assert (handoff.assignee, handoff.assigned_because) == (staying, "free")
    assert handoff.contact.owner == staying
    assert closed.assignee == leaving
    [line] = Notification.objects.in_inbox(at=NOW)
    assert line.recipient == staying
