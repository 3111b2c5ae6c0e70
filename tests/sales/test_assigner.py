"""Whose lead it is, beyond owner, company, team and room: see test_handing_off."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contacts.models import CustomField
from contacts.services.custom_fields import FieldInUse, delete_custom_field
from journeys.models import Team, TeamMember
from sales.assignment import RULES
from sales.models import Claim, Territory
from sales.selectors.assigner import Assigner
from sales.services.assignment import responsible_for
from sales.why import BECAUSE, PASSED, why_me
from tests.factories.accounts import RepFactory
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.journeys import InteractionFactory
from tests.factories.sales import HandoffFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 11, tzinfo=ZoneInfo("Europe/Berlin"))
EVERYBODY = {"all": []}


def ago(**span) -> datetime:
    return NOW - timedelta(**span)


def whose(contact, **choice) -> tuple:
    found = responsible_for(contact=contact, at=NOW, **choice)
    return found.assignee, found.because


def claimed(contact, rep, at):
    Claim.objects.create(
        contact=contact, rep=rep, at=at, until=at + timedelta(hours=4), released_at=at
    )


def accepted(contact, rep, at):
    HandoffFactory(contact=contact, assignee=rep, status="closed", accepted_at=at)


def touched(contact, rep, at):
    InteractionFactory(contact=contact, kind="link_click", by=rep, occurred_at=at)


TALKS = [claimed, accepted, touched]


@pytest.mark.parametrize("talk", TALKS)
@pytest.mark.parametrize("earlier", TALKS)
def test_who_talked_to_them_last_is_known(talk, earlier):
    company = CompanyFactory()
    ContactFactory(company=company, owner=RepFactory())
    contact = ContactFactory(company=company)
    before, known, absent = (
        RepFactory(),
        RepFactory(capacity=0),
        RepFactory(absent_until=NOW.date()),
    )
    earlier(contact, before, ago(days=3))
    talk(contact, known, ago(days=2))
    talk(contact, absent, ago(days=1))

    assert whose(contact) == (known, "known")
    # Who missed it does not get it again.
    assert whose(contact, without=[known.pk]) == (before, "known")


def test_a_talk_of_more_than_a_year_ago_is_forgotten():
    contact, free = ContactFactory(), RepFactory()
    touched(contact, RepFactory(capacity=0), ago(days=366))

    assert whose(contact) == (free, "free")


def test_the_first_territory_that_holds_counts():
    rep, member, other = RepFactory(), RepFactory(), RepFactory(capacity=500)
    team = Team.objects.create(name="South")
    TeamMember.objects.create(team=team, user=member)
    german = {"field": "company.country", "op": "eq", "value": "DE"}
    south = Territory.objects.create(
        name="South", condition=EVERYBODY, team=team, position=2
    )
    Territory.objects.create(name="North", condition=german, rep=rep, position=1)

    assert whose(ContactFactory(company=CompanyFactory(country="DE"))) == (
        rep,
        "territory",
    )
    found = responsible_for(contact=ContactFactory(), at=NOW)
    assert (found.assignee, found.team, found.because_of) == (member, team, "South")

    member.capacity = 0
    member.save()
    full = responsible_for(contact=ContactFactory(), at=NOW)
    assert (full.assignee, full.because) == (other, "free")
    assert ("territory", "full", south.name) in [
        (passed.rule, passed.why, passed.name) for passed in full.passed
    ]


def test_of_those_with_room_who_is_at_work_comes_first():
    afternoon = {"tue": ["13:00", "17:00"]}
    RepFactory(capacity=100, working_hours=afternoon)
    at_work = RepFactory(capacity=2)

    assert whose(ContactFactory()) == (at_work, "free")
    at_work.capacity = 0
    at_work.save()
    assert whose(ContactFactory())[0].working_hours == afternoon


def test_those_who_missed_it_get_nothing_by_any_rule():
    owner, next_one = RepFactory(capacity=100), RepFactory(capacity=1)
    contact = ContactFactory(owner=owner)

    found = responsible_for(contact=contact, at=NOW, without=[owner.pk])

    assert (found.assignee, found.because) == (next_one, "free")
    assert found.passed[0].why == "missed"


@pytest.mark.parametrize("count", [1, 3])
def test_many_take_as_many_queries_as_one(django_assert_num_queries, count):
    RepFactory()
    Territory.objects.create(name="None", condition={}, rep=RepFactory())
    contacts = ContactFactory.create_batch(count)

    with django_assert_num_queries(6):
        assigner = Assigner(contacts, at=NOW)
        for contact in contacts:
            assigner.take(assigner.of(contact))


def test_every_rule_has_its_words():
    assert set(RULES) <= BECAUSE.keys()
    assert set(RULES) == PASSED.keys()
    assert why_me("territory", name="Anna", what="North") == (
        "Anna has the territory North."
    )
    assert why_me("gone", name="Anna") == ""


def test_a_field_that_a_territory_names_stays():
    field = CustomField.objects.create(key="region", label="Region", type="text")
    named = {"field": "custom.region", "op": "eq", "value": "x"}
    Territory.objects.create(name="Named", condition=named, rep=RepFactory())

    with pytest.raises(FieldInUse, match="Named"):
        delete_custom_field(field=field, by=None, at=NOW)
