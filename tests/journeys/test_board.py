"""Where contacts stand, who may move them, and the board that shows it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from journeys.models import PhaseVisit
from journeys.selectors.board import board_of
from journeys.services.advancing import advance_contacts
from journeys.services.visits import (
    MovedMeanwhile,
    NotByHand,
    move_by_hand,
    move_contact,
    move_to_stage,
    return_to_marketing,
)
from leadhub.errors import DomainError
from tests.factories.accounts import MarketerFactory, RepFactory, UserFactory
from tests.factories.contacts import ContactFactory, SegmentFactory
from tests.factories.journeys import (
    InteractionFactory,
    JourneyFactory,
    MeasureFactory,
    PhaseFactory,
    PhaseVisitFactory,
    TeamFactory,
    TrackedLinkFactory,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
STAGES = ["marketing", "marketing", "handoff", "sales", "sales"]


@pytest.fixture
def phases():
    journey = JourneyFactory(segment=SegmentFactory())
    return [
        PhaseFactory(journey=journey, position=n, stage=stage, name=f"{n} {stage}")
        for n, stage in enumerate(STAGES, start=1)
    ]


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def history(contact):
    rows = PhaseVisit.objects.filter(contact=contact).order_by("entered_at", "pk")
    return [(row.phase.position, row.left_at is None, row.reason) for row in rows]


def test_a_move_ends_the_stay_before_and_is_kept(phases):
    marketer, contact, now = MarketerFactory(), ContactFactory(), timezone.now()

    move_by_hand(contact=contact, phase=phases[0], by=marketer, at=now)
    later = now + timedelta(hours=1)
    move_by_hand(contact=contact, phase=phases[1], by=marketer, at=later)
    again = move_by_hand(contact=contact, phase=phases[1], by=marketer, at=later)

    assert history(contact) == [(1, False, "by hand"), (2, True, "by hand")]
    first = PhaseVisit.objects.get(phase=phases[0])
    assert (first.left_at, first.by, again.entered_at) == (later, marketer, later)


@pytest.mark.parametrize("start", range(5))
@pytest.mark.parametrize("end", range(5))
def test_by_hand_contacts_stay_within_marketing_or_sales(phases, start, end):
    contact = ContactFactory()
    PhaseVisitFactory(contact=contact, phase=phases[start])
    moves = {"contact": contact, "phase": phases[end], "at": timezone.now()}
    is_legal = STAGES[start] == STAGES[end] != "handoff"

    if is_legal:
        assert move_by_hand(by=MarketerFactory(), **moves).phase == phases[end]
    else:
        with pytest.raises(NotByHand):
            move_by_hand(by=MarketerFactory(), **moves)
        assert history(contact) == [(start + 1, True, "")]


def test_stages_are_reached_forward_and_marketing_again_where_it_was_left(phases):
    contact, now = ContactFactory(), timezone.now()
    ways = {"contact": contact, "by": None}
    assert move_to_stage(stage="sales", at=now, **ways) is None
    move_contact(phase=phases[1], at=now, **ways)

    assert move_to_stage(stage="handoff", at=now, **ways).phase == phases[2]
    assert move_to_stage(stage="sales", at=now, **ways).phase == phases[3]
    assert move_to_stage(stage="sales", at=now, **ways) is None
    assert move_to_stage(stage="marketing", at=now, **ways) is None
    assert return_to_marketing(at=now, **ways).phase == phases[1]
    assert return_to_marketing(at=now, **ways) is None


def test_conditions_move_to_the_furthest_and_nobody_back(phases):
    third = PhaseFactory(journey=phases[0].journey, position=9, stage="marketing")
    for phase, title in ((phases[1], "head"), (third, "chief")):
        phase.entry_condition = {"field": "job_title", "op": "contains", "value": title}
        phase.save()
    new = ContactFactory(job_title="")
    head = ContactFactory(job_title="Head")
    both = ContactFactory(job_title="Chief head")
    past = ContactFactory(job_title="Head")
    sold = ContactFactory(job_title="Chief")
    PhaseVisitFactory(contact=past, phase=third)
    PhaseVisitFactory(contact=sold, phase=phases[3])
    everybody = {c.pk for c in (new, head, both, past, sold)}

    moved = advance_contacts(contact_ids=everybody, at=timezone.now())
    again = advance_contacts(contact_ids=everybody, at=timezone.now())

    here = dict(
        PhaseVisit.objects.filter(left_at=None).values_list(
            "contact", "phase__position"
        )
    )
    assert (moved, again) == (3, 0)
    assert [here[c.pk] for c in (new, head, both, past, sold)] == [1, 2, 9, 9, 4]


@pytest.mark.django_db(transaction=True)
def test_of_many_moves_at_once_one_stay_is_left(phases):
    contact, marketer, now = ContactFactory(), MarketerFactory(), timezone.now()
    PhaseVisitFactory(contact=contact, phase=phases[0])
    second = PhaseFactory(journey=phases[0].journey, position=8, stage="marketing")

    def moving(phase):
        return lambda: move_by_hand(contact=contact, phase=phase, by=marketer, at=now)

    outcomes = at_once(*map(moving, [phases[1], second] * 2))

    refusals = [one for one in outcomes if isinstance(one, DomainError)]
    assert {type(one) for one in refusals} <= {MovedMeanwhile}
    assert len(refusals) < 4
    assert PhaseVisit.objects.filter(contact=contact, left_at=None).count() == 1


def test_the_board_moves_and_says_why_not(phases):
    contact = ContactFactory(first_name="Ada", last_name="Byron")
    PhaseVisitFactory(contact=contact, phase=phases[0])
    client = signed_in(MarketerFactory())
    url = reverse("journeys:move", args=[phases[0].journey_id])
    htmx = {"headers": {"HX-Request": "true"}}

    good = client.post(url, {"contact": contact.pk, "phase": phases[1].pk}, **htmx)
    bad = client.post(url, {"contact": contact.pk, "phase": phases[3].pk}, **htmx)
    plain = client.post(url, {"contact": contact.pk, "phase": phases[0].pk})

    assert f"Ada Byron moved to {phases[1].name}" in good.content.decode()
    assert "Sales gets contacts by a handoff" in bad.content.decode()
    assert plain.status_code == 302
    assert [place for place, _open, _why in history(contact)] == [1, 2, 1]


def test_nobody_moves_what_is_not_theirs_or_not_there(phases):
    journey, mine = phases[0].journey_id, ContactFactory()
    foreign = PhaseFactory()
    url = reverse("journeys:move", args=[journey])
    rep = signed_in(RepFactory())
    others = ContactFactory(owner=RepFactory())
    data = {"contact": others.pk, "phase": phases[0].pk}

    assert Client().post(url, data).status_code == 302
    assert signed_in(UserFactory(role="read_only")).post(url, data).status_code in (
        403,
        404,
    )
    assert rep.post(url, data).status_code == 404
    for bad in (
        {"contact": mine.pk, "phase": foreign.pk},
        {"contact": "x", "phase": phases[0].pk},
        {"contact": mine.pk, "phase": "9" * 30},
        {},
    ):
        assert rep.post(url, bad).status_code == 404
    assert rep.get(url).status_code == 405
    assert not PhaseVisit.objects.exists()


def test_cards_say_how_long_is_left(phases):
    now = timezone.now()
    phase = phases[0]
    phase.target_days = 3
    phase.save()
    for hours in (200, 60, 10):
        entered = now - timedelta(hours=hours)
        PhaseVisitFactory(phase=phase, entered_at=entered)
    PhaseVisitFactory(phase=phases[1])

    first, second, *_rest = board_of(
        phase.journey, visits=PhaseVisit.objects.all(), at=now
    )

    said = [(card.urgency, card.words) for card in first.cards]
    assert said == [
        ("overdue", "5 days overdue"),
        ("today", "Due today"),
        ("later", "2 days left"),
    ]
    assert (first.count, first.median_days) == (3, 2)
    assert [card.urgency for card in second.cards] == ["unplanned"]


def test_more_cards_follow_without_gaps(phases, monkeypatch):
    monkeypatch.setattr("journeys.selectors.board.CARDS", 2)
    now = timezone.now()
    for n in range(5):
        PhaseVisitFactory(phase=phases[0], entered_at=now - timedelta(days=n // 2))
    client = signed_in(MarketerFactory())
    url = reverse("journeys:board_cards", args=[phases[0].pk])

    seen, query = [], ""
    while query is not None:
        response = client.get(url + query)
        seen += [card.visit.pk for card in response.context["cards"]]
        cursor = response.context["next"]
        query = f"?cursor={cursor}" if cursor else None

    assert len(seen) == len(set(seen)) == 5


def queries_of(client, url):
    client.get(url)  # what is kept from the first time on
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == 200, url
    return len(queries)


@pytest.mark.parametrize(
    "name", ["list", "detail", "board", "board_cards", "teams", "links", "timeline"]
)
def test_query_counts_do_not_grow_with_the_rows(name, phases):
    journey, contact = phases[0].journey, ContactFactory()
    client = signed_in(MarketerFactory())
    urls = {
        "list": reverse("journeys:list"),
        "detail": reverse("journeys:detail", args=[journey.pk]),
        "board": reverse("journeys:board", args=[journey.pk]),
        "board_cards": reverse("journeys:board_cards", args=[phases[0].pk]),
        "teams": reverse("journeys:teams"),
        "links": reverse("journeys:links"),
        "timeline": reverse("journeys:contact_timeline", args=[contact.pk]),
    }

    def add():
        more_rows(journey, phases[0], contact)

    add()
    with_one = queries_of(client, urls[name])
    add()
    add()

    assert queries_of(client, urls[name]) == with_one


def more_rows(journey, phase, contact):
    """One more of everything that a list shows."""
    team = TeamFactory()
    team.members.add(RepFactory())
    other = PhaseFactory(team=team)
    measure = MeasureFactory(phase=phase, team=team)
    MeasureFactory(phase=other)
    link = TrackedLinkFactory(created_by=MarketerFactory(), measure=measure)
    PhaseVisitFactory(phase=phase, contact=ContactFactory(owner=RepFactory()))
    PhaseVisitFactory(phase=other)
    InteractionFactory(contact=contact, measure=measure, link=link)
    InteractionFactory(contact=contact, kind="note", by=RepFactory())
