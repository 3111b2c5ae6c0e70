from datetime import timedelta

import pytest
from django.utils import timezone, translation

from accounts.models import Notification
from journeys.models import Interaction, Journey, Phase, PhaseVisit, Team, TeamMember
from sales.models import Handoff, HandoffEvent
from sales.services.assignment import responsible_for
from sales.services.handoffs import hand_off
from tests.factories.accounts import (
    AdminFactory,
    LeadFactory,
    MarketerFactory,
    RepFactory,
)
from tests.factories.contacts import CompanyFactory, ConsentFactory, ContactFactory
from tests.factories.sales import CrossingFactory, HandoffFactory
from tests.factories.scoring import RuleFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def in_phase(contact, *, stages="marketing handoff sales", team_of=None) -> Journey:
    """Put the contact into the first phase of a journey with these stages."""
    journey = Journey.objects.create(name=f"Journey of {contact.pk}")
    phases = [
        Phase.objects.create(
            journey=journey, name=f"{i} {stage}", position=i, stage=stage
        )
        for i, stage in enumerate(stages.split())
    ]
    for phase in phases:
        if team_of and phase.stage == team_of[0]:
            phase.team = team_of[1]
            phase.save()
    PhaseVisit.objects.create(contact=contact, phase=phases[0], entered_at=NOW)
    return journey


def team_of(*members) -> Team:
    team = Team.objects.create(name=f"Team {Team.objects.count()}")
    for member in members:
        TeamMember.objects.create(team=team, user=member)
    return team


def test_a_crossing_makes_a_handoff_and_one_line_in_the_reps_inbox():
    rep = RepFactory()
    crossing = CrossingFactory(
        contact=ContactFactory(owner=rep, first_name="Ada", last_name="Byron"),
        total=86.9,
    )

    handoff = hand_off(crossing=crossing, at=NOW)

    assert (handoff.assignee, handoff.assigned_because) == (rep, "owner")
    assert handoff.status == "offered"
    assert handoff.accept_by > NOW
    [line] = Notification.objects.all()
    assert (line.recipient, line.title) == (rep, "Ada Byron")
    assert (line.points, line.due_at) == (86.9, handoff.accept_by)
    assert line.subject_id == handoff.pk


def test_repeating_it_changes_nothing():
    crossing = CrossingFactory(contact=ContactFactory(owner=RepFactory()))

    first = hand_off(crossing=crossing, at=NOW)
    again = hand_off(crossing=crossing, at=NOW)

    assert first == again
    assert HandoffEvent.objects.count() == Notification.objects.count() == 1


def test_a_crossing_during_an_open_handoff_points_to_it_and_tells_the_rep():
    rep = RepFactory()
    contact = ContactFactory(owner=rep)
    first = hand_off(crossing=CrossingFactory(contact=contact), at=NOW)

    second = CrossingFactory(contact=contact, arming=2, total=99)
    later = NOW + timedelta(days=1)
    assert hand_off(crossing=second, at=later) == first
    assert hand_off(crossing=second, at=later) == first

    assert Handoff.objects.count() == 1
    assert second.handoff_event.handoff == first
    # One for each crossing; the inbox shows the latest.
    assert Notification.objects.filter(recipient=rep).count() == 2
    [line] = Notification.objects.in_inbox(at=later)
    assert line.points == 99
    assert line.due_at == first.accept_by


def test_a_contact_whose_handoff_is_closed_is_offered_anew():
    contact = ContactFactory(owner=RepFactory())
    old = HandoffFactory(contact=contact, status="declined")

    assert hand_off(crossing=CrossingFactory(contact=contact), at=NOW) != old


# Whose lead it is ----------------------------------------------------------------


def whose(contact) -> tuple:
    assignment = responsible_for(contact=contact, at=NOW)
    return assignment.assignee, assignment.because


def test_the_owner_has_it_however_busy():
    owner = RepFactory(capacity=0)
    RepFactory()

    assert whose(ContactFactory(owner=owner)) == (owner, "owner")


@pytest.mark.parametrize(
    "owner",
    [
        {"absent_until": timezone.localdate(NOW)},
        {"is_active": False},
        {"role": "marketer"},
    ],
)
def test_an_owner_who_cannot_take_it_does_not(owner):
    free = RepFactory()

    assert whose(ContactFactory(owner=RepFactory(**owner))) == (free, "free")


def test_the_same_company_goes_to_the_same_rep():
    company = CompanyFactory()
    known, longer_known = RepFactory(), RepFactory()
    ContactFactory(company=company, owner=longer_known, updated_at=NOW)
    ContactFactory(company=company, owner=known, updated_at=NOW + timedelta(hours=1))
    ContactFactory(company=company, owner=RepFactory(is_active=False))

    assert whose(ContactFactory(company=company)) == (known, "company")


def test_contacts_without_a_company_are_no_colleagues():
    ContactFactory(company=None, owner=RepFactory())
    free = RepFactory(capacity=100)

    assert whose(ContactFactory(company=None)) == (free, "free")


@pytest.mark.parametrize("stage", ["marketing", "handoff", "sales"])
def test_a_team_of_the_contacts_journey_has_it(stage):
    RepFactory(capacity=100)
    member = RepFactory(capacity=1)
    contact = ContactFactory()
    in_phase(contact, team_of=(stage, team_of(member, MarketerFactory())))

    assert whose(contact) == (member, "team")


def test_most_room_counts_then_fewest_leads():
    busy, free = RepFactory(capacity=3), RepFactory(capacity=3)
    HandoffFactory(assignee=busy)
    HandoffFactory(assignee=free, status="declined")
    assert whose(ContactFactory()) == (free, "free")

    # Both have room for two; the one with fewer leads gets it.
    HandoffFactory(assignee=free)
    smaller = RepFactory(capacity=2)
    assert whose(ContactFactory()) == (smaller, "free")


@pytest.mark.parametrize("who", [LeadFactory, AdminFactory])
def test_with_nobody_free_somebody_is_told(who):
    RepFactory(capacity=0)
    RepFactory(absent_until=timezone.localdate(NOW))
    decides = who()

    handoff = hand_off(crossing=CrossingFactory(), at=NOW)

    assert (handoff.assignee, handoff.assigned_because) == (None, "nobody_free")
    [line] = Notification.objects.all()
    assert line.recipient == decides
    assert "Nobody has room" in line.detail


def test_the_lead_of_the_team_decides_first():
    LeadFactory()
    decides = RepFactory(capacity=0)
    team = team_of()
    TeamMember.objects.create(team=team, user=decides, is_lead=True)
    contact = ContactFactory()
    in_phase(contact, team_of=("sales", team))

    handoff = hand_off(crossing=CrossingFactory(contact=contact), at=NOW)

    assert handoff.team == team
    assert [line.recipient for line in Notification.objects.all()] == [decides]


def test_a_lead_is_kept_even_if_nobody_works_here():
    handoff = hand_off(crossing=CrossingFactory(), at=NOW)

    assert handoff.is_open
    assert Notification.objects.count() == 0


# What goes with it ---------------------------------------------------------------


def test_a_contact_nobody_owned_is_the_reps_and_one_that_is_owned_stays():
    absent = RepFactory(absent_until=timezone.localdate(NOW))
    rep = RepFactory()
    unowned, owned = ContactFactory(), ContactFactory(owner=absent)

    for contact in (unowned, owned):
        hand_off(crossing=CrossingFactory(contact=contact), at=NOW)
        contact.refresh_from_db()

    assert unowned.owner == rep
    assert unowned.changes.get().changes == {"owner": [None, rep.pk]}
    assert owned.owner == absent


def test_the_contact_moves_to_the_handoff_phase():
    contact = ContactFactory(owner=RepFactory())
    in_phase(contact)

    hand_off(crossing=CrossingFactory(contact=contact), at=NOW)

    assert PhaseVisit.objects.get(left_at=None).phase.stage == "handoff"


def test_why_now_and_what_was_known_are_frozen():
    contact = ContactFactory(owner=RepFactory(), first_name="Ada")
    demo = RuleFactory(points=50, when={"kind": "demo_request"}, name="Demo")
    prices = RuleFactory(
        points=10, when={"kind": "pricing_view"}, scoring_model=demo.scoring_model
    )
    moments = {"demo_request": [0], "pricing_view": [1, 20, 40], "email_sent": [50]}
    for kind, hours_ago in moments.items():
        for hours in hours_ago:
            Interaction.objects.create(
                contact=contact,
                kind=kind,
                source="website",
                event_id=f"{kind}{hours}",
                channel="website",
                title=f"{kind} {hours}",
                occurred_at=NOW - timedelta(hours=hours),
            )
    ConsentFactory(contact=contact, at=NOW - timedelta(days=9), granted=True)
    ConsentFactory(contact=contact, at=NOW - timedelta(days=1), granted=False)
    crossing = CrossingFactory(
        contact=contact,
        contributions=[
            {
                "rule": prices.name,
                "rule_id": prices.pk,
                "dimension": "engagement",
                "points": 28.1,
                "interactions": 3,
                "last_at": None,
            },
            {
                "rule": "Demo",
                "rule_id": demo.pk,
                "dimension": "engagement",
                "points": 50.0,
                "interactions": 1,
                "last_at": None,
            },
            {
                "rule": "Right size",
                "rule_id": None,
                "dimension": "fit",
                "points": 90.0,
                "interactions": 0,
                "last_at": None,
            },
        ],
    )

    handoff = hand_off(crossing=crossing, at=NOW)

    assert handoff.why_now == "Asked for a demo; viewed prices 3 times in 2 days."
    assert handoff.facts["contributions"] == crossing.contributions
    assert [mail["title"] for mail in handoff.facts["mails"]] == ["email_sent 50"]
    assert len(handoff.facts["interactions"]) == 4
    assert handoff.facts["consent"]["email_marketing"]["granted"] is False
    assert handoff.facts["opening"].startswith("Hello Ada, you asked for a demo.")
    assert Notification.objects.get().detail == handoff.why_now


def test_each_reads_of_a_handoff_in_their_own_language(client):
    rep = RepFactory(language="de")
    demo = RuleFactory(when={"kind": "demo_request"})
    prices = RuleFactory(
        when={"kind": "pricing_view"}, scoring_model=demo.scoring_model
    )
    contributions = [
        {
            "rule": rule.name,
            "rule_id": rule.pk,
            "dimension": "engagement",
            "points": points,
            "interactions": times,
            "last_at": None,
        }
        for rule, points, times in [(demo, 50, 1), (prices, 30, 3)]
    ]
    crossing = CrossingFactory(contact__owner=rep, contributions=contributions)

    handoff = hand_off(crossing=crossing, at=NOW)

    line = Notification.objects.get()
    with translation.override("de"):
        german = "Demo angefragt; Preise angesehen, 3-mal."
        assert line.detail == handoff.why_now == german
    with translation.override("en"):
        english = "Asked for a demo; viewed prices 3 times."
        assert line.detail == handoff.why_now == english
    client.force_login(rep)
    for language, sentence in {"de": german, "en": english}.items():
        page = client.get("/inbox/", headers={"accept-language": language})
        assert sentence in page.content.decode()


def test_without_contributions_the_points_are_the_reason():
    crossing = CrossingFactory(contact__owner=RepFactory(), total=61.9)

    handoff = hand_off(crossing=crossing, at=NOW)

    assert handoff.why_now == ("Reached 61 points; sales takes over from 60.")


def test_a_rule_that_is_gone_gives_its_name():
    line = {
        "rule": "Old rule",
        "rule_id": 999,
        "dimension": "engagement",
        "points": 5,
        "interactions": 2,
        "last_at": None,
    }
    crossing = CrossingFactory(contact__owner=RepFactory(), contributions=[line])

    assert hand_off(crossing=crossing, at=NOW).why_now == "Old rule 2 times."
