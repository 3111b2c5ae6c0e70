"""A journey against what contacts do in it: every number, and the list behind it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from contacts.filters import ContactFilter
from contacts.models import Contact
from insights.selectors import health_links as links
from insights.selectors.findings.ranking import findings
from insights.selectors.findings.steps import weakest_finding
from insights.selectors.flow import Flow, Kind
from insights.selectors.health import health
from insights.selectors.periods import Period
from insights.ways import Skips
from journeys.models import Phase
from tests.factories.accounts import MarketerFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import (
    InteractionFactory,
    JourneyFactory,
    MeasureFactory,
    PhaseFactory,
    PhaseVisitFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
MONTH = Period(NOW - timedelta(days=30), NOW)


def ago(days):
    return NOW - timedelta(days=days)


def go(phases, *way, since=20, days=2, times=1):
    """Contacts who took a way of ``phases`` by place, one ``days`` after the other."""
    people = ContactFactory.create_batch(times)
    for contact in people:
        for number, place in enumerate(way):
            is_last = number == len(way) - 1
            PhaseVisitFactory(
                contact=contact,
                phase=phases[place],
                entered_at=ago(since - number * days),
                left_at=None if is_last else ago(since - (number + 1) * days),
            )
    return people


@pytest.fixture
def phases():
    """Three phases in order, and where lost deals end."""
    journey = JourneyFactory()
    made = [
        PhaseFactory(journey=journey, position=n, target_days=10, name=name)
        for n, name in enumerate(("First", "Second", "Third"), start=1)
    ]
    lost = PhaseFactory(
        journey=journey, position=4, name="Lost", outcome=Phase.Outcome.LOST
    )
    return [*made, lost]


@pytest.fixture
def story(phases):
    """Of everything something, in the month and in the one before."""
    go(phases, 0, 1, 2, times=4)
    go(phases, 0, 2, times=3)
    go(phases, 0, 1, 0, times=2)
    go(phases, 1, times=2)
    go(phases, 0, 1, 3)
    go(phases, 0, since=40, times=3)  # still there, but did not move in the month
    go(phases, 0, 1, since=50, days=25)
    go(phases, 0, 2, since=55, days=5)
    merged = go(phases, 0, 2)[0]
    Contact.objects.filter(pk=merged.pk).update(merged_into=ContactFactory())
    return phases[0].journey


def listed(url):
    """How many the list behind a number has."""
    request = RequestFactory().get(url)
    request.user = MarketerFactory()
    query = QueryDict(mutable=True)
    for name, value in parse_qsl(urlsplit(url).query):
        query[name] = value
    rows = ContactFilter(query, queryset=Contact.objects.all(), request=request)
    assert rows.is_valid(), rows.errors
    return rows.qs.count()


def test_phases_are_counted_by_hand(story, phases):
    found = health(story, MONTH, at=NOW)

    first, second, third, lost = found.phases
    assert found.contacts == 13
    assert [(r.step.entered, r.step.moved_on) for r in found.phases] == [
        (10, 10),
        (10, 4),
        (7, 0),
        (1, 0),
    ]
    assert (first.skips, second.skips) == (Skips(13, 2), Skips(7, 3))
    assert (third.skips, lost.skips) == (Skips(), Skips())
    assert [row.repeated for row in found.phases] == [2, 0, 0, 0]
    assert [(r.standing.here, r.standing.stalled) for r in found.phases] == [
        (5, 5),
        (3, 3),
        (8, 8),
        (1, 0),
    ]
    assert [row.standing_before.here for row in found.phases] == [4, 0, 1, 0]
    assert [row.median_days for row in found.phases] == [2, 2, None, None]


def test_every_number_equals_its_list(story, phases):
    measure = MeasureFactory(phase=phases[0])
    for contact in Contact.objects.filter(phase_visits__phase=phases[1])[:6]:
        InteractionFactory(contact=contact, measure=measure, occurred_at=ago(19))
    InteractionFactory(contact=go(phases, 0)[0], measure=measure, occurred_at=ago(5))
    found = health(story, MONTH, at=NOW)
    flow = Flow(found)

    numbers = {links.moved_url(story, MONTH): found.contacts}
    for row in found.phases:
        phase, step = row.phase, row.step
        numbers |= {
            links.entered_url(phase, MONTH): step.entered,
            links.entered_url(phase, MONTH, moved_on="true"): step.moved_on,
            links.entered_url(phase, MONTH, moved_on="false"): (
                step.entered - step.moved_on
            ),
            links.moved_url(story, MONTH, skipped=phase.pk): row.skips.skipped,
            links.moved_url(story, MONTH, repeated=phase.pk): row.repeated,
            links.here_url(phase, NOW): row.standing.here,
        }
        if phase.target_days is not None:
            numbers[links.stalled_url(phase, NOW)] = row.standing.stalled
    [effect] = found.measures
    assert 0 < effect.moved_on < effect.contacts == 7
    numbers[links.touched_url(measure, MONTH)] = effect.contacts
    numbers[links.touched_url(measure, MONTH, brought_on="true")] = effect.moved_on
    ways, others = flow.ways()
    assert others == 0
    for row in (*flow.moves(), *flow.streams(), *ways, *findings(found)):
        numbers[row.url] = row.contacts
    weak = weakest_finding(found)
    numbers[weak.url] = weak.contacts
    assert len(numbers) > 35
    numbers.pop(f"/journeys/{story.pk}/", None)
    for url, number in numbers.items():
        assert listed(url) == number, url


def test_the_weakest_step_is_named_with_its_number_and_change(story):
    found = weakest_finding(health(story, MONTH, at=NOW))

    assert found.phase.name == "Second"
    assert "from Second 40\u202f% move on to Third or later, 4 of 10" in found.sentence
    assert "too few" in found.change
    assert found.contacts == 6


def test_moves_are_told_by_how_they_stand_to_the_order(story):
    flow = Flow(health(story, MONTH, at=NOW))

    kinds = {(m.source, m.target): (m.kind, m.contacts) for m in flow.moves()}
    assert kinds == {
        ("", "First"): (Kind.DEFINED, 11),
        ("First", "Second"): (Kind.DEFINED, 8),
        ("Second", "Third"): (Kind.DEFINED, 4),
        ("First", "Third"): (Kind.SKIP, 3),
        ("Second", "First"): (Kind.BACK, 2),
        ("", "Second"): (Kind.SKIP, 2),
        ("Second", "Lost"): (Kind.LOST, 1),
    }
    nodes = {node["name"]: node["value"] for node in flow.chart()["nodes"]}
    assert nodes == {
        "1. First": 11,
        "1. Second": 2,
        "2. Second": 8,
        "2. Third": 3,
        "3. First": 2,
        "3. Third": 4,
        "3. Lost": 1,
    }
    ends = [(link["source"], link["target"]) for link in flow.chart()["links"]]
    assert {name for pair in ends for name in pair} <= nodes.keys()


def test_a_period_counts_up_to_its_own_end(story):
    """What came of it later does not make the month before look better."""
    before = health(story, MONTH.before(), at=NOW)

    first = before.phases[0]
    assert (first.step.entered, first.step.moved_on) == (5, 1)
    assert before.at == MONTH.since
    assert first.standing.here == 4


def test_health_is_as_many_queries_for_one_contact_as_for_many(
    phases, django_assert_num_queries
):
    for times in (12, 30):
        go(phases, 0, 1, times=times)
        MeasureFactory.create_batch(times, phase=phases[0])
        with django_assert_num_queries(23):
            findings(health(phases[0].journey, MONTH, at=NOW))


def test_a_journey_without_phases_or_contacts_has_no_flaw(phases):
    empty = health(JourneyFactory(), MONTH, at=NOW)
    quiet = health(phases[0].journey, MONTH, at=NOW)

    assert findings(empty) == findings(quiet) == []
    assert weakest_finding(empty) is weakest_finding(quiet) is None
    assert Flow(quiet).moves() == Flow(quiet).streams() == []
    assert Flow(quiet).ways() == ([], 0)


def test_who_went_to_another_journey_and_back_is_no_riddle(phases):
    contact = go(phases, 0, 1)[0]
    contact.phase_visits.filter(left_at=None).update(left_at=ago(10))
    PhaseVisitFactory(contact=contact, entered_at=ago(10), left_at=ago(5))
    PhaseVisitFactory(contact=contact, phase=phases[1], entered_at=ago(5))

    found = health(phases[0].journey, MONTH, at=NOW)

    assert found.ways == {tuple(phases[n].pk for n in (0, 1, 1)): 1}
    assert found.phases[1].repeated == 1


def test_phases_that_left_the_plan_are_history(story, phases):
    Phase.objects.filter(pk=phases[1].pk).update(retired_at=NOW)

    found = health(story, MONTH, at=NOW)

    assert [str(row.phase) for row in found.phases] == ["First", "Third", "Lost"]
    flow = Flow(found)
    ways, _others = flow.ways()
    assert not [way for way in ways if "" in way.phases]
    for row in (*flow.moves(), *ways, *findings(found)):
        assert listed(row.url) == row.contacts
