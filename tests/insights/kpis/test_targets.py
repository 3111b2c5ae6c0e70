"""What figures should come to: laid down by month, held against any period."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from insights.kpis.definitions import Scope
from insights.kpis.registry import KPIS, figure
from insights.models import KpiTarget
from insights.selectors.asked_periods import asked_period
from insights.selectors.targets import months_in, with_targets
from insights.services.targets import set_target
from leadhub.errors import InvalidValue
from tests.factories.accounts import LeadFactory, MarketerFactory, RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import JourneyFactory, TeamFactory
from tests.factories.sales import HandoffFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def scope_of(*, now=NOW, **query):
    period = asked_period({k.rstrip("_"): v for k, v in query.items()}, at=now)
    return Scope(period, at=now)


def aim(kpi, value, month=(2026, 1), **scope):
    day = date(*month, 1)
    return set_target(kpi=kpi, value=value, valid_from=day, by=None, at=NOW, **scope)


def target_in(kpi, scope):
    [found] = with_targets([figure(kpi, scope)], scope)
    return found


def test_the_latest_that_holds_in_the_month_counts():
    aim("accepted", 60, (2026, 1))
    aim("accepted", 70, (2026, 10))
    aim("accepted", None, (2026, 12))

    assert target_in("accepted", scope_of(period="2026-09")).target == 60
    assert target_in("accepted", scope_of(period="2026-10")).target == 70
    assert target_in("accepted", scope_of(period="month")).target == 70
    assert target_in("accepted", scope_of(period="2025-12")).target is None
    later = NOW.replace(year=2027, month=1)
    assert target_in("accepted", scope_of(now=later, period="month")).target is None


@pytest.mark.parametrize(
    ("query", "months"),
    [
        ({"period": "2026-10"}, 1),
        ({"period": "2026-Q3"}, 3),
        ({"from_": "2026-06-01", "to": "2026-06-15"}, 0.5),
        ({"from_": "2026-06-16", "to": "2026-07-31"}, 1.5),
    ],
)
def test_what_adds_up_is_aimed_at_month_by_month(query, months):
    aim("new_contacts", 40)
    scope = scope_of(**query)

    assert months_in(scope.period) == pytest.approx(months)
    assert target_in("new_contacts", scope).target == pytest.approx(40 * months)


@pytest.mark.parametrize(
    ("kpi", "value", "target", "is_met"),
    [
        ("accepted", 70, 70, True),
        ("accepted", 69.9, 70, False),
        ("hours_to_accept", 3, 4, True),
        ("hours_to_accept", 5, 4, False),
        ("accepted", None, 70, None),
        ("accepted", 70, None, None),
    ],
)
def test_met_or_missed_goes_by_what_is_better(kpi, value, target, is_met):
    found = replace(figure(kpi, scope_of()), value=value, target=target)

    assert found.is_met is is_met
    assert KPIS[kpi].more_is_better is (kpi == "accepted")


def test_a_journey_and_a_team_have_their_own():
    journey, team = JourneyFactory(), TeamFactory()
    aim("accepted", 60)
    aim("accepted", 50, journey=journey)
    aim("accepted", 80, team=team)

    def target(**dimensions):
        scope = Scope(scope_of().period, at=NOW, **dimensions)
        return target_in("accepted", scope).target

    assert (target(), target(journey=journey), target(team=team)) == (60, 50, 80)
    assert target(journey=journey, team=team) is None


@pytest.mark.parametrize(
    ("wrong", "attr"),
    [
        ({"kpi": "x"}, "kpi"),
        ({"kpi": "phase_days"}, "kpi"),
        ({"value": 101}, "value"),
        ({"value": -1}, "value"),
        ({"value": float("nan")}, "value"),
        ({"value": float("inf")}, "value"),
        ({"kpi": "lead_rating", "value": 6}, "value"),
        ({"kpi": "new_contacts", "team": True}, "team"),
        ({"journey": True, "team": True}, "team"),
    ],
)
def test_what_cannot_be_aimed_at_is_refused(wrong, attr):
    given = {"kpi": "accepted", "value": 50} | wrong
    makers = {"journey": JourneyFactory, "team": TeamFactory}
    given |= {name: makers[name]() for name in makers if name in given}

    with pytest.raises(InvalidValue) as found:
        set_target(valid_from=date(2026, 1, 1), by=None, at=NOW, **given)

    assert found.value.attr == attr
    assert not KpiTarget.objects.exists()


def test_who_leads_sets_it_in_the_browser(client):
    client.force_login(LeadFactory())
    ContactFactory.create_batch(2)
    url = reverse("insights:figure", args=["new_contacts"])
    this_month = f"{timezone.localdate():%Y-%m}"

    response = client.post(
        f"{url}?period=30", {"value": "1", "valid_from": this_month}, follow=True
    )
    refused = client.post(url, {"value": "x", "valid_from": "2026"})

    assert response.redirect_chain == [(f"{url}?period=30", 302)]
    target = KpiTarget.objects.get()
    assert (target.value, target.valid_from.day) == (1, 1)
    assert response.context["figure"].is_met is True
    assert refused.status_code == 422
    listed = client.get(reverse("insights:figures"), {"period": "30"})
    assert "All targets are met" in listed.content.decode()


@pytest.mark.parametrize(
    ("key", "label", "hint"),
    [
        ("won_value", "Target in EUR", "For a month."),
        ("hours_to_accept", "Target in hours", "Empty:"),
        ("sales_cycle", "Target in days", "Empty:"),
        ("accepted", "Target in %", "Empty:"),
        ("lead_rating", "Target in stars, 1 to 5", "Empty:"),
        ("new_contacts", "Target", "For a month."),
    ],
)
def test_the_form_names_the_unit(client, key, label, hint):
    client.force_login(LeadFactory())

    form = client.get(reverse("insights:figure", args=[key])).context["form"]

    assert str(form["value"].label) == label
    assert str(form["value"].help_text).startswith(hint)


def test_a_target_that_is_missed_is_said_first(client):
    client.force_login(LeadFactory())
    HandoffFactory(status="expired")
    now = timezone.localdate()
    set_target(kpi="accepted", value=90, valid_from=now, by=None, at=timezone.now())

    page = client.get(reverse("insights:figures"))

    assert page.context["finding"] == (
        "One target is missed: “Acceptance rate” is 0\u202f%, the target 90\u202f%."
    )


def test_who_sees_a_part_is_not_held_against_what_all_should_come_to():
    aim("won_value", 1_000)
    aim("new_contacts", 1_000)
    scope = Scope(scope_of().period, viewer=RepFactory(), at=NOW)

    assert target_in("won_value", scope).target is None
    assert target_in("new_contacts", scope).target is not None


def test_others_do_not(client):
    client.force_login(MarketerFactory())
    url = reverse("insights:figure", args=["new_contacts"])

    response = client.post(url, {"value": "1", "valid_from": "2026-10"})

    assert response.status_code == 403
    assert "Set the target" not in client.get(url).content.decode()


def test_over_rest_they_are_listed_and_set(client):
    client.force_login(LeadFactory())
    journey = JourneyFactory()
    body = {"kpi": "accepted", "value": 75, "valid_from": "2026-10-14"}

    made = client.post(
        "/api/v1/kpi-targets/",
        body | {"journey": journey.pk},
        content_type="application/json",
    )
    again = client.post(
        "/api/v1/kpi-targets/",
        body | {"journey": journey.pk, "value": None},
        content_type="application/json",
    )
    listed = client.get("/api/v1/kpi-targets/").json()["results"]

    assert made.status_code == 201
    assert made.json()["valid_from"] == "2026-10-01"
    assert made.json()["id"] == again.json()["id"]
    assert listed == [again.json()]
    assert (listed[0]["value"], listed[0]["journey"]) == (None, journey.pk)
    for bad in ({"value": 101}, {"x": 1}, {"team": 0}, {"valid_from": "2026"}):
        refused = client.post(
            "/api/v1/kpi-targets/", body | bad, content_type="application/json"
        )
        assert refused.status_code == 400, bad
