"""What the figures, the funnel and the queue say, counted by hand."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from insights.kpis.definitions import Figure, Scope
from insights.kpis.registry import TILES
from insights.kpis.registry import figures as figures_of
from insights.selectors.distribution import histogram, new_contacts_by_channel
from insights.selectors.funnel import funnel, weakest
from insights.selectors.periods import Period, last_days
from insights.selectors.promises import promises
from insights.selectors.queue import late_handoffs, sentence_of_the_day, tasks_of
from sales.models import Handoff
from tests.factories.accounts import AdminFactory, MarketerFactory, RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import (
    InteractionFactory,
    JourneyFactory,
    PhaseFactory,
    PhaseVisitFactory,
)
from tests.factories.sales import CrossingFactory, HandoffFactory
from tests.factories.scoring import ScoreFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def figures(period):
    return figures_of(TILES, Scope(period))


def ago(**how_long):
    return NOW - timedelta(**how_long)


def test_figures_count_a_period_and_the_one_before():
    for days in (0, 29, 31, 59, 61):
        ContactFactory(created_at=ago(days=days, minutes=1))
    long_ago = ContactFactory(created_at=ago(days=300))
    for arming, days in enumerate((1, 2, 40), start=1):
        CrossingFactory(contact=long_ago, at=ago(days=days), arming=arming)
    CrossingFactory(contact__created_at=ago(days=300), at=ago(days=3))
    ScoreFactory(contact=long_ago, is_ready=True)
    common = {"contact": long_ago}
    accepted, declined = Handoff.Status.CLOSED, Handoff.Status.DECLINED
    for hours in (1, 3, 8):
        at = ago(days=5)
        end = at + timedelta(hours=hours)
        HandoffFactory(status=accepted, offered_at=at, accepted_at=end, **common)
    HandoffFactory(status=declined, offered_at=ago(days=3), **common)
    HandoffFactory(status=declined, offered_at=ago(days=35), **common)

    found = {figure.key: figure for figure in figures(last_days(30, at=NOW))}

    assert {key: (found[key].value, found[key].before) for key in TILES} == {
        "new_contacts": (2, 2),
        "became_ready": (2, 1),
        "ready_now": (1, None),
        "accepted": (75, 0),
        "hours_to_accept": (3, None),
    }
    assert found["became_ready"].change == 100
    assert found["accepted"].change == 75


@pytest.mark.parametrize(
    ("value", "before", "unit", "more_is_better", "change", "is_good"),
    [
        (12, 10, "", True, 20, True),
        (8, 10, "h", False, -20, True),
        (50, 40, "%", True, 10, True),
        (10, 10, "", True, 0, None),
        (10, 0, "", True, None, None),
        (None, 3, "", True, None, None),
    ],
)
def test_a_change_is_for_the_better_or_not(
    value, before, unit, more_is_better, change, is_good
):
    figure = Figure("x", "X", "", value, before, unit, more_is_better)

    assert (figure.change, figure.is_good) == (pytest.approx(change), is_good)


def test_no_data_is_no_figure_and_no_error():
    found = {f.key: f.value for f in figures(last_days(7, at=NOW))}

    assert found["accepted"] is found["hours_to_accept"] is None
    assert found["new_contacts"] == 0
    assert new_contacts_by_channel(last_days(7, at=NOW)) == ([], {})
    assert histogram(width=10, bars=3) == [0, 0, 0]


def journey_of(*entered, moved):
    """A journey whose phase n has ``entered[n]`` contacts, ``moved[n]`` gone on."""
    journey = JourneyFactory()
    phases = [
        PhaseFactory(journey=journey, position=n)
        for n, _count in enumerate([*entered, 0], start=1)
    ]
    for place, count in enumerate(entered):
        for number in range(count):
            visit = PhaseVisitFactory(
                phase=phases[place],
                entered_at=ago(days=5),
                left_at=ago(days=4) if number < moved[place] else None,
            )
            if number < moved[place]:
                PhaseVisitFactory(
                    contact=visit.contact, phase=phases[-1], entered_at=ago(days=4)
                )
    return journey, phases


def test_the_weakest_step_is_the_one_that_fewest_leave_of_enough():
    journey, phases = journey_of(12, 20, 3, moved=[9, 5, 0])

    steps = funnel(journey, last_days(30, at=NOW))

    assert [(s.entered, s.moved_on) for s in steps] == [
        (12, 9),
        (20, 5),
        (3, 0),
        (14, 0),
    ]
    assert weakest(steps).phase == phases[1]
    assert weakest(steps).share == 25
    assert weakest(steps[:1]).phase == phases[0]
    assert weakest(funnel(journey, last_days(1, at=NOW))) is None


def test_who_enters_a_phase_twice_is_one_contact():
    journey = JourneyFactory()
    first, second = (PhaseFactory(journey=journey, position=n) for n in (1, 2))
    contact = ContactFactory()
    for phase, days, end in ((first, 9, 8), (second, 8, 7), (first, 7, None)):
        PhaseVisitFactory(
            contact=contact,
            phase=phase,
            entered_at=ago(days=days),
            left_at=end and ago(days=end),
        )

    step, _last = funnel(journey, last_days(30, at=NOW))

    assert (step.entered, step.moved_on) == (1, 1)


def test_scores_are_counted_in_bars_with_all_beyond_in_the_outer_ones():
    for total in (-7.5, 0, 9.99, 10, 19.5, 1_000):
        ScoreFactory(total=total)

    assert histogram(width=10, bars=4) == [3, 2, 0, 1]


def test_new_contacts_go_by_the_channel_of_their_first_human_touch():
    monday = datetime(2026, 6, 1, 10, tzinfo=UTC)
    both = ContactFactory(created_at=monday)
    for channel, hours, is_machine in (
        ("email", -2, True),
        ("social", -1, False),
        ("website", 0, False),
    ):
        InteractionFactory(
            contact=both,
            channel=channel,
            occurred_at=monday + timedelta(hours=hours),
            is_machine=is_machine,
        )
    ContactFactory(created_at=monday + timedelta(weeks=2))

    weeks, series = new_contacts_by_channel(last_days(30, at=NOW))

    assert weeks == [date(2026, 6, 1), date(2026, 6, 8), date(2026, 6, 15)]
    assert series == {"social": [1, 0, 0], "": [0, 0, 1]}


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        # The clocks go forward on 29 March 2026, a Sunday, and back on 25 October.
        (datetime(2026, 3, 29, 23, 30, tzinfo=BERLIN), date(2026, 3, 23)),
        (datetime(2026, 3, 30, 0, 30, tzinfo=BERLIN), date(2026, 3, 30)),
        (datetime(2026, 10, 25, 23, 30, tzinfo=BERLIN), date(2026, 10, 19)),
        (datetime(2026, 10, 26, 0, 30, tzinfo=BERLIN), date(2026, 10, 26)),
    ],
)
def test_weeks_begin_on_the_local_monday_when_clocks_change(moment, week):
    ContactFactory(created_at=moment)

    period = last_days(7, at=moment + timedelta(hours=1))
    weeks, _series = new_contacts_by_channel(period)

    assert weeks == [week]


def test_contacts_on_the_border_are_in_one_period_only():
    period = Period(ago(days=1), NOW)
    ContactFactory(created_at=period.since)
    ContactFactory(created_at=period.until)

    values = {f.key: (f.value, f.before) for f in figures(period)}

    assert values["new_contacts"] == (1, 0)


@pytest.mark.parametrize(
    ("count", "late", "sentence"),
    [
        (0, 0, "Nothing waits for you."),
        (1, 0, "1 thing wants you today."),
        (4, 0, "4 things want you today."),
        (4, 1, "4 things want you today; 1 handoff is late."),
        (4, 3, "4 things want you today; 3 handoffs are late."),
    ],
)
def test_the_page_opens_with_what_waits(count, late, sentence):
    assert sentence_of_the_day(count, late) == sentence


def test_the_queue_has_late_offers_first_and_only_ones_own_for_reps():
    rep = RepFactory()
    soon = HandoffFactory(assignee=rep, accept_by=NOW + timedelta(hours=1))
    late = HandoffFactory(assignee=rep, accept_by=ago(hours=1))
    HandoffFactory(assignee=rep, status=Handoff.Status.ACCEPTED, accept_by=NOW)
    HandoffFactory(accept_by=ago(hours=2))

    tasks, count = tasks_of(rep, at=NOW)
    _tasks, count_of_all = tasks_of(MarketerFactory(), at=NOW)

    assert [(task.url, task.is_late) for task in tasks] == [
        (f"/contacts/{late.contact_id}/", True),
        (f"/contacts/{soon.contact_id}/", False),
    ]
    assert (count, count_of_all) == (2, 3)
    assert late_handoffs(MarketerFactory(), at=NOW) == 2


def test_reviews_are_due_by_the_local_date_and_for_marketing_only():
    JourneyFactory(name="Due", review_date=date(2026, 6, 16))
    JourneyFactory(name="Later", review_date=date(2026, 6, 17))
    after_midnight = datetime(2026, 6, 15, 22, 30, tzinfo=UTC)
    marketer = MarketerFactory()

    before, _count = tasks_of(marketer, at=after_midnight - timedelta(hours=1))
    after, _count = tasks_of(marketer, at=after_midnight)
    next_day, _count = tasks_of(marketer, at=after_midnight + timedelta(days=1))

    assert before == []
    assert [(t.title, t.is_late) for t in after] == [("Review the journey Due", False)]
    assert [t.is_late for t in next_day] == [True, False]
    assert tasks_of(RepFactory(), at=timezone.now()) == ([], 0)


def shown(client, url):
    """Which contacts or handoffs the list at ``url`` shows."""
    response = client.get(url)
    assert response.status_code == 200
    context = response.context
    rows = context["page"].rows if context["page"] else []
    return {row.pk for row in rows}


def test_each_figure_links_to_the_rows_it_is_made_of(client):
    client.force_login(AdminFactory())
    now = timezone.now()
    past = ContactFactory(created_at=now - timedelta(days=45))
    ContactFactory(created_at=now - timedelta(days=2))
    ScoreFactory(contact=past, is_ready=True)
    for arming, days in enumerate((1, 2, 40), start=1):
        CrossingFactory(contact=past, at=now - timedelta(days=days), arming=arming)
    CrossingFactory(
        contact=ContactFactory(created_at=past.created_at), at=past.created_at
    )
    for status, days, hours in [
        ("closed", 5, 1),
        ("closed", 40, 1),
        ("declined", 5, 0),
    ]:
        offered = now - timedelta(days=days)
        accepted = offered + timedelta(hours=hours) if hours else None
        HandoffFactory(
            contact=past, status=status, offered_at=offered, accepted_at=accepted
        )
    HandoffFactory(contact=past, offered_at=now)

    found = {f.key: f for f in figures(last_days(30, at=now + timedelta(minutes=1)))}

    rows = {key: len(shown(client, found[key].url)) for key in TILES}
    assert rows == {
        "new_contacts": found["new_contacts"].value,
        "became_ready": found["became_ready"].value,
        "ready_now": found["ready_now"].value,
        "accepted": 2,
        "hours_to_accept": 1,
    }
    assert (found["became_ready"].value, found["accepted"].value) == (1, 50)


def test_both_numbers_of_a_promise_link_to_their_handoffs(client):
    client.force_login(AdminFactory())
    now = timezone.now()
    offered = now - timedelta(days=3)
    common = {"offered_at": offered, "accept_by": offered + timedelta(hours=4)}
    in_time = HandoffFactory(
        status="closed",
        accepted_at=offered + timedelta(hours=4),
        touch_by=offered + timedelta(hours=28),
        **common,
    )
    late = HandoffFactory(
        status="accepted",
        accepted_at=offered + timedelta(hours=5),
        touch_by=offered + timedelta(hours=29),
        **common,
    )
    expired = HandoffFactory(status="expired", **common)
    waiting = HandoffFactory(status="offered", **common)
    declined = HandoffFactory(status="declined", **common)
    # The rep before missed it: that the next one was quick does not mend it.
    passed_on = HandoffFactory(
        status="accepted",
        accepted_at=offered + timedelta(hours=3),
        misses=2,
        **common,
    )
    HandoffFactory(offered_at=now, accept_by=now + timedelta(hours=4))
    HandoffFactory(status="expired", offered_at=now - timedelta(days=40))
    for handoff, hours in [(in_time, 24), (late, 25)]:
        at = handoff.accepted_at + timedelta(hours=hours)
        InteractionFactory(contact=handoff.contact, kind="meeting", occurred_at=at)

    found = promises(Scope(last_days(30, at=now + timedelta(minutes=1))))

    expected = [
        ({in_time, late, passed_on}, {declined, expired}),
        ({in_time}, {late, expired, waiting, passed_on}),
        ({in_time}, {late}),
    ]
    assert [(p.kept, p.missed) for p in found] == [(3, 2), (1, 4), (1, 1)]
    for promise, (kept, missed) in zip(found, expected, strict=True):
        assert shown(client, promise.kept_url) == {row.pk for row in kept}
        assert shown(client, promise.missed_url) == {row.pk for row in missed}
