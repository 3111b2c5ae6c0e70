"""What happens by itself with a lead that nobody answers, or nobody calls."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Notification
from accounts.services.answers import finish_notification
from journeys.models import Team, TeamMember
from journeys.services.tracking import Report, track_interactions
from sales.models import Handoff, Holiday, PromiseSettings
from sales.services.handoffs import accept_handoff, decline_handoff, hand_off
from sales.services.promises import keep_promise, keep_promises
from tests.factories.accounts import LeadFactory, RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory
from tests.factories.sales import CrossingFactory

pytestmark = pytest.mark.django_db


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}").replace(
        tzinfo=ZoneInfo("Europe/Berlin")
    )


TUESDAY = moment("03 09:00")


def offered(rep=None, *, at=TUESDAY, **contact) -> Handoff:
    crossing = CrossingFactory(contact=ContactFactory(owner=rep, **contact), at=at)
    return hand_off(crossing=crossing, at=at)


def play(*moments) -> None:
    for at in moments:
        keep_promises(at=moment(at))


def told(handoff, *kinds) -> list:
    events = handoff.events.order_by("pk")
    return [(row.kind, row.assignee) for row in events if row.kind in kinds]


def lines_of(user, *, at) -> list[str]:
    rows = Notification.objects.filter(recipient=user).in_inbox(at=moment(at))
    return [row.detail for row in rows]


def test_a_rep_is_reminded_once_at_half_time_in_the_same_line():
    rep = RepFactory()
    handoff = offered(rep)
    [line] = Notification.objects.all()
    finish_notification(notification=line, at=moment("03 10:00"))

    play("03 10:59")
    assert not told(handoff, "warned")
    play("03 11:00", "03 11:30", "03 12:59")

    assert told(handoff, "warned") == [("warned", rep)]
    [again] = Notification.objects.all()
    assert again.pk == line.pk
    assert (again.done_at, again.read_at) == (None, None)
    assert again.surfaces_at == moment("03 11:00")
    assert again.detail.startswith("Half of the time to answer is over.")


def test_who_leads_is_told_of_a_miss_and_the_rep_may_still_answer():
    rep, lead = RepFactory(), LeadFactory()
    handoff = offered(rep)

    play("03 11:00", "03 13:00", "03 14:00", "03 16:59")

    handoff.refresh_from_db()
    assert (handoff.assignee, handoff.misses) == (rep, 1)
    assert handoff.passes_at == moment("03 17:00")
    assert told(handoff, "missed") == [("missed", rep)]
    [line] = Notification.objects.filter(recipient=lead)
    assert f"{rep} has not answered in time" in line.detail
    assert line.due_at == moment("03 17:00")
    accept_handoff(handoff=handoff, by=rep, at=moment("03 16:59"))
    assert lines_of(lead, at="03 17:00") == lines_of(rep, at="03 17:00") == []


def test_after_the_second_miss_it_goes_to_the_next_and_never_back():
    first, second, lead = RepFactory(), RepFactory(), LeadFactory(capacity=0)
    handoff = offered(first)

    play("03 11:00", "03 13:00", "03 17:00")

    handoff.refresh_from_db()
    assert (handoff.assignee, handoff.status) == (second, "offered")
    assert handoff.contact.owner == second
    assert handoff.accept_by == moment("04 13:00")
    assert told(handoff, "passed_on") == [("passed_on", second)]
    assert lines_of(first, at="03 17:00") == []
    assert len(lines_of(second, at="03 17:00")) == 1
    [line] = lines_of(lead, at="03 17:00")
    assert f"{first} did not answer twice; now it is with {second}." in line

    play("04 11:00", "04 13:00", "04 17:00")

    handoff.refresh_from_db()
    assert (handoff.assignee, handoff.status) == (None, "offered")
    assert (handoff.assigned_because, handoff.misses) == ("nobody_left", 4)
    [line] = lines_of(lead, at="04 17:00")
    assert "No rep is left who could answer" in line
    assert lines_of(second, at="04 17:00") == []

    play("05 11:00", "05 13:00", "05 17:00")

    handoff.refresh_from_db()
    assert (handoff.status, handoff.closed_at) == ("expired", moment("05 17:00"))
    [line] = lines_of(lead, at="05 17:00")
    assert "Nobody has answered" in line
    # It is free: it may be offered anew, and comes back by itself.
    assert handoff.return_at == moment("12 17:00")
    assert handoff.acts_at is None
    crossing = CrossingFactory(contact=handoff.contact, arming=2)
    assert hand_off(crossing=crossing, at=moment("06 09:00")).pk != handoff.pk


def test_what_nobody_has_room_for_goes_to_who_is_free_by_then():
    lead, busy = LeadFactory(capacity=0), RepFactory(capacity=0)
    handoff = offered()
    assert handoff.assignee is None
    assert len(lines_of(lead, at="03 09:00")) == 1

    busy.capacity = 1
    busy.save()
    play("03 11:00")

    handoff.refresh_from_db()
    assert handoff.assignee == busy
    assert lines_of(lead, at="03 11:00") == []


def test_what_nobody_ever_takes_expires_and_who_leads_keeps_a_line():
    lead = LeadFactory(capacity=0)
    handoff = offered()

    play("03 11:00", "03 13:00")
    [line] = lines_of(lead, at="03 13:00")
    assert "The time to answer is over" in line
    play("03 17:00")

    handoff.refresh_from_db()
    assert handoff.status == "expired"
    [line] = lines_of(lead, at="03 17:00")
    assert "Nobody has answered" in line


def test_who_leads_has_the_usual_time_for_what_reps_had_minutes_for():
    rep, lead = RepFactory(), LeadFactory(capacity=0)
    contact = ContactFactory(owner=rep)
    InteractionFactory(contact=contact, kind="demo_request", occurred_at=TUESDAY)
    handoff = hand_off(crossing=CrossingFactory(contact=contact), at=TUESDAY)

    play("03 09:03", "03 09:05", "03 09:10")

    handoff.refresh_from_db()
    assert handoff.assignee is None
    assert handoff.accept_by == moment("03 13:10")
    assert len(lines_of(lead, at="03 09:10")) == 1


def test_a_sweep_that_was_down_takes_nothing_away_unannounced():
    rep, _other = RepFactory(), RepFactory()
    handoff = offered(rep)

    play("09 10:00")

    handoff.refresh_from_db()
    assert (handoff.assignee, handoff.misses) == (rep, 1)
    assert handoff.passes_at == moment("09 14:00")


def test_a_holiday_that_is_added_later_moves_the_promise():
    rep = RepFactory()
    team = Team.objects.create(name="South")
    TeamMember.objects.create(team=team, user=rep)
    handoff = offered(rep, at=moment("03 15:00"))
    Holiday.objects.create(date=date(2026, 3, 4), name="Fair", team=team)
    Holiday.objects.create(
        date=date(2026, 3, 5), name="Other", team=Team.objects.create(name="North")
    )

    play("03 17:00", "04 11:00", "04 15:00")

    handoff.refresh_from_db()
    assert (handoff.misses, handoff.warned_at) == (0, moment("03 17:00"))
    assert handoff.accept_by == moment("05 11:00")


def test_who_becomes_absent_loses_it_without_a_miss():
    rep, other = RepFactory(), RepFactory()
    handoff = offered(rep)
    rep.absent_until = date(2026, 3, 20)
    rep.save()

    play("03 09:15")

    handoff.refresh_from_db()
    assert (handoff.assignee, handoff.misses) == (other, 0)
    other.absent_until = date(2026, 3, 20)
    other.save()
    play("03 09:30")
    handoff.refresh_from_db()
    assert (handoff.assignee, handoff.status) == (None, "offered")


def test_reps_answer_by_their_own_hours():
    early = RepFactory(
        working_hours={"tue": ["06:00", "10:00"], "fri": ["06:00", "10:00"]},
        timezone="Europe/London",
    )

    assert offered(early).accept_by == moment("06 09:00")


def test_a_demo_request_is_to_be_answered_within_minutes():
    rep = RepFactory()
    contact = ContactFactory(owner=rep)
    InteractionFactory(
        contact=contact, kind="demo_request", occurred_at=moment("02 16:50")
    )
    handoff = hand_off(crossing=CrossingFactory(contact=contact), at=moment("02 16:58"))

    assert handoff.accept_by == moment("03 09:03")
    assert handoff.accept_minutes == 5


def test_promises_are_as_they_are_set():
    PromiseSettings.objects.create(
        pk=1, accept_minutes=60, touch_minutes=120, fast_minutes={}
    )
    rep = RepFactory()
    contact = ContactFactory(owner=rep)
    InteractionFactory(
        contact=contact, kind="demo_request", occurred_at=moment("03 08:00")
    )

    handoff = hand_off(crossing=CrossingFactory(contact=contact), at=TUESDAY)
    assert handoff.accept_by == moment("03 10:00")
    accept_handoff(handoff=handoff, by=rep, at=moment("03 09:30"))
    handoff.refresh_from_db()
    assert handoff.touch_by == moment("03 11:30")


# The first touch -----------------------------------------------------------------


def accepted(rep) -> Handoff:
    return accept_handoff(handoff=offered(rep), by=rep, at=TUESDAY)


def test_a_first_touch_is_promised_reminded_of_and_reported():
    rep, lead = RepFactory(), LeadFactory()
    handoff = accepted(rep)
    assert handoff.touch_by == moment("03 17:00")
    assert lines_of(rep, at="03 12:00") == []

    play("03 13:00", "03 14:00")
    [line] = lines_of(rep, at="03 14:00")
    assert line.startswith("You accepted: half of the time")
    play("03 17:00", "04 09:00")

    assert told(handoff, "warned", "untouched") == [("warned", rep), ("untouched", rep)]
    [line] = lines_of(lead, at="04 09:00")
    assert f"{rep} accepted, but has not called" in line
    # It stays with its rep for as long again.
    handoff.refresh_from_db()
    assert (handoff.assignee, handoff.status) == (rep, "accepted")


@pytest.mark.parametrize("when", ["03 10:00", "04 10:00"])
@pytest.mark.parametrize("kind", ["call_outbound", "meeting", "email_sent"])
def test_a_touch_ends_the_promise_at_once_or_late(
    kind, when, django_capture_on_commit_callbacks, run_tasks_inline
):
    rep, lead = RepFactory(), LeadFactory()
    handoff = accepted(rep)
    if when > "04":
        play("03 13:00", "03 17:00")
    call = Report(
        contact=handoff.contact,
        kind=kind,
        source="test",
        occurred_at=moment(when),
        by=rep,
    )

    with django_capture_on_commit_callbacks(execute=True):
        track_interactions(reports=[call], at=moment(when))
    play("05 17:00")

    handoff.refresh_from_db()
    assert handoff.touched_at == moment(when)
    assert handoff.acts_at is None
    assert lines_of(rep, at="05 17:00") == lines_of(lead, at="05 17:00") == []


def test_nothing_happens_with_what_is_answered():
    rep = RepFactory()
    handoff = offered(rep)
    decline_handoff(handoff=handoff, reason="no_budget", by=rep, at=moment("03 10:00"))

    play("03 11:00", "03 17:00", "05 17:00")

    assert not told(handoff, "warned", "missed", "passed_on", "expired")


def test_one_that_fails_holds_nobody_up(monkeypatch, caplog):
    broken, fine = offered(RepFactory()), offered(RepFactory())

    def fail(*, handoff, at):
        if handoff.pk == broken.pk:
            raise ValueError
        return keep_promise(handoff=handoff, at=at)

    monkeypatch.setattr("sales.services.promises.keep_promise", fail)
    play("03 11:00")

    assert told(fine, "warned")
    assert f"The promise of handoff {broken.pk} was not kept." in caplog.text
