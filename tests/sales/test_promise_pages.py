"""Settings of promises, hours, holidays, territories, and the dry run."""

import json
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from journeys.models import Team, TeamMember
from sales.models import Holiday, PromiseSettings, Territory
from tests.factories.accounts import AdminFactory, LeadFactory, RepFactory
from tests.factories.contacts import CompanyFactory, ContactFactory, SegmentFactory
from tests.factories.sales import HandoffFactory

pytestmark = pytest.mark.django_db
NORTH = {"field": "company.country", "op": "eq", "value": "DE"}


@pytest.fixture
def admin(client):
    admin = AdminFactory()
    client.force_login(admin)
    return admin


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_administrators_set_what_is_promised(client, admin):
    url = reverse("sales:promises")
    client.post(
        url,
        {
            "card": "promise",
            "accept_minutes": 120,
            "demo_minutes": "",
            "touch_minutes": 300,
        },
    )
    client.post(
        url,
        {
            "card": "hours",
            "hours-timezone": "Europe/Lisbon",
            "hours-mon_from": "08:00",
            "hours-mon_to": "12:30",
        },
    )
    day = timezone.localdate() + timedelta(days=20)
    client.post(url, {"card": "holiday", "date": day.isoformat(), "name": "Fair"})

    promised = PromiseSettings.current()
    assert (promised.accept_minutes, promised.touch_minutes) == (120, 300)
    assert promised.fast_minutes == {}
    assert promised.hours == {"mon": ["08:00", "12:30"]}
    assert (promised.timezone, promised.updated_by) == ("Europe/Lisbon", admin)
    holiday = Holiday.objects.get()
    assert "Fair" in text(client.get(url))
    client.post(reverse("sales:holiday_delete", args=[holiday.pk]))
    client.post(reverse("sales:holiday_delete", args=[holiday.pk]))
    assert not Holiday.objects.exists()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"card": "promise", "accept_minutes": 0}, "greater than or equal"),
        ({"card": "hours"}, "at least one weekday"),
        ({"card": "hours", "hours-tue_from": "09:00"}, "From and to, or neither"),
        (
            {"card": "hours", "hours-tue_from": "09:00", "hours-tue_to": "08:00"},
            "Later than from",
        ),
        ({"card": "holiday", "date": "2030-01-01", "name": "X"}, "free already"),
        ({"card": "holiday", "date": "x", "name": "X"}, "Enter a valid date"),
    ],
)
def test_what_cannot_be_promised_is_said(client, admin, data, error):
    Holiday.objects.create(date=date(2030, 1, 1), name="New year")

    response = client.post(reverse("sales:promises"), data)

    assert response.status_code == 422
    assert error in text(response)


def test_others_do_not_set_promises_and_territories(client):
    client.force_login(LeadFactory())
    territory = Territory.objects.create(
        name="North", condition=NORTH, rep=RepFactory()
    )
    forbidden = [
        client.get(reverse("sales:promises")),
        client.get(reverse("sales:territory_new")),
        client.post(reverse("sales:territory_delete", args=[territory.pk])),
        client.post(reverse("sales:holiday_delete", args=[1])),
        client.get(reverse("accounts:person_hours", args=[territory.rep_id])),
    ]

    assert {response.status_code for response in forbidden} == {403}
    assert "North" in text(client.get(reverse("sales:territories")))


def test_everybody_sets_their_own_hours(client):
    rep = RepFactory()
    client.force_login(rep)
    url = reverse("accounts:hours")

    client.post(url, {"hours-timezone": "", "hours-fri_from": "7:00"})
    bad = client.post(url, {"hours-fri_from": "07:00"})
    client.post(url, {"hours-fri_from": "07:00", "hours-fri_to": "11:00"})

    rep.refresh_from_db()
    assert bad.status_code == 422
    assert rep.working_hours == {"fri": ["07:00", "11:00"]}
    assert 'value="07:00"' in text(client.get(reverse("accounts:settings")))
    client.post(url, {})
    rep.refresh_from_db()
    assert rep.working_hours is None


def test_administrators_set_the_hours_of_others(client, admin):
    rep = RepFactory()
    url = reverse("accounts:person_hours", args=[rep.pk])

    client.post(
        url,
        {
            "hours-timezone": "Asia/Kolkata",
            "hours-fri_from": "07:00",
            "hours-fri_to": "11:00",
        },
    )

    rep.refresh_from_db()
    assert (rep.timezone, rep.working_hours) == (
        "Asia/Kolkata",
        {"fri": ["07:00", "11:00"]},
    )


@pytest.mark.parametrize(
    ("changed", "attr"),
    [
        ({"working_hours": {"day": ["09:00", "17:00"]}}, "working_hours"),
        ({"working_hours": {"mon": ["17:00", "09:00"]}}, "working_hours"),
        ({"working_hours": {"mon": "09:00"}}, "working_hours"),
        ({"working_hours": {}}, "working_hours"),
        ({"working_hours": [1]}, "working_hours"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
    ],
)
def test_hours_over_rest_are_checked(client, admin, changed, attr):
    url = f"/api/v1/users/{RepFactory().pk}/"

    response = client.patch(url, changed, content_type="application/json")

    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == attr


def test_hours_over_rest(client, admin):
    url = f"/api/v1/users/{RepFactory().pk}/"
    hours = {"mon": ["09:00", "13:00"]}

    client.patch(url, {"working_hours": hours}, content_type="application/json")

    assert client.get(url).json()["working_hours"] == hours


# Territories ---------------------------------------------------------------------


def test_territories_are_kept_in_their_order(client, admin):
    rep, team = RepFactory(), Team.objects.create(name="South")
    for name, whose in (("A", {"rep": rep.pk}), ("B", {"team": team.pk})):
        client.post(
            reverse("sales:territory_new"),
            {"name": name, "condition": json.dumps(NORTH), **whose},
        )
    first, second = Territory.objects.order_by("position")
    assert (first.rep, second.team) == (rep, team)

    client.post(reverse("sales:territory_move", args=[second.pk]), {"earlier": 1})
    order = Territory.objects.order_by("position").values_list("name", flat=True)
    assert list(order) == ["B", "A"]
    page = text(client.get(reverse("sales:territories")))
    assert page.index("South") < page.index(str(rep))
    client.post(reverse("sales:territory_delete", args=[second.pk]))
    assert Territory.objects.get() == first


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"rep": ""}, "one of them"),
        ({"name": "Taken"}, "is called"),
        ({"condition": '{"field": "nose"}'}, "nose"),
        ({"condition": "{"}, "not JSON"),
    ],
)
def test_a_bad_territory_is_refused(client, admin, data, error):
    rep = RepFactory()
    Territory.objects.create(name="Taken", condition=NORTH, rep=rep)
    good = {"name": "North", "condition": json.dumps(NORTH), "rep": rep.pk}

    response = client.post(reverse("sales:territory_new"), good | data)

    assert response.status_code == 422
    assert error in text(response)


# The dry run ---------------------------------------------------------------------


def test_a_dry_run_says_who_would_get_a_contact_and_why(client, admin):
    rep, absent = RepFactory(), RepFactory(absent_until=timezone.localdate())
    Territory.objects.create(name="North", condition=NORTH, rep=rep)
    contact = ContactFactory(owner=absent, company=CompanyFactory(country="DE"))
    handoff = HandoffFactory(contact=contact)

    page = text(client.get(reverse("sales:assignment"), {"contact": contact.pk}))

    assert f"{rep} has the territory North." in page
    assert f"{absent} looks after the contact, but is absent." in page
    detail = text(client.get(reverse("sales:detail", args=[handoff.pk])))
    assert f"{reverse('sales:assignment')}?contact={contact.pk}" in detail
    assert f"Why them: {handoff.assignee} already looks after this contact." in detail


def test_a_dry_run_fills_up_those_with_room(client, admin):
    first, second = RepFactory(capacity=1), RepFactory(capacity=1)
    contacts = ContactFactory.create_batch(3)
    segment = SegmentFactory(condition={"all": []})

    page = text(client.get(reverse("sales:assignment"), {"segment": segment.pk}))

    assert page.count("has the most room of all reps") == 2
    assert page.count("Nobody had room.") == 1
    assert str(first) in page
    assert str(second) in page
    assert all(str(contact) in page for contact in contacts)


@pytest.mark.parametrize("asked", ["contact=x", "segment=0", "contact=" + "9" * 30])
def test_a_dry_run_of_what_is_not_there(client, admin, asked):
    assert client.get(f"{reverse('sales:assignment')}?{asked}").status_code == 404


@pytest.mark.parametrize("row_count", [1, 3])
def test_queries_do_not_grow_with_rows(
    client, admin, django_assert_num_queries, row_count
):
    team = Team.objects.create(name="South")
    for number in range(row_count):
        rep = RepFactory()
        TeamMember.objects.create(team=team, user=rep)
        Territory.objects.create(
            name=f"{number}", condition={"all": []}, team=team, position=number
        )
        Holiday.objects.create(
            date=timezone.localdate() + timedelta(days=number), name="Free", team=team
        )
        ContactFactory(owner=None)
    segment = SegmentFactory(condition={"all": []})

    with django_assert_num_queries(15):
        client.get(reverse("sales:assignment"), {"segment": segment.pk})
    with django_assert_num_queries(5):
        client.get(reverse("sales:territories"))
    with django_assert_num_queries(7):
        client.get(reverse("sales:promises"))


def test_a_dry_run_over_rest(client, admin):
    rep = RepFactory()
    Territory.objects.create(name="North", condition={"all": []}, rep=rep)

    answer = client.get(f"/api/v1/contacts/{ContactFactory().pk}/assignment/").json()

    assert answer == {
        "assignee": rep.pk,
        "team": None,
        "assigned_because": "territory",
        "why_assigned": f"{rep} has the territory North.",
        "why_not": [
            "Nobody looks after the contact.",
            "No rep who is here has talked to the contact.",
            "No rep who is here looks after a colleague of theirs.",
        ],
    }
    assert client.get("/api/v1/contacts/0/assignment/").status_code == 404
