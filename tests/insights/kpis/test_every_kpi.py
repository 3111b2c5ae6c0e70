"""Every figure on a page is that of the API and of the list behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from statistics import mean, median

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from insights.kpis import registry
from insights.kpis.definitions import Scope
from insights.kpis.registry import KPIS
from insights.kpis.ways import CountsEach
from insights.selectors.kpi_months import months_of
from insights.selectors.periods import last_days
from insights.services.rollups import roll_up
from journeys.models import Phase, PhaseVisit
from sales.models import Deal, Handoff
from scoring.models import Crossing
from tests.factories.accounts import RepFactory
from tests.factories.journeys import MeasureFactory, PhaseVisitFactory, TeamFactory
from tests.factories.sales import CrossingFactory, DealFactory
from tests.insights.kpis.facts import House

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OF_PHASES = [key for key, kpi in KPIS.items() if kpi.needs_phase]
NARROWED = ["", "journey", "team", "rep", "measure"]

# Key -> what a reader counts in the rows of its list, and of the list of its part.
BY_HAND = {
    "hours_to_accept": lambda rows, _part: median(
        (row.accepted_at - row.offered_at) / HOUR for row in rows
    ),
    "hours_to_touch": lambda rows, _part: median(
        (row.touched_at - row.offered_at) / HOUR for row in rows
    ),
    "sales_cycle": lambda rows, _part: median(
        (row.closed_at - row.opened_at) / DAY for row in rows
    ),
    "lead_rating": lambda rows, _part: mean(row.rating for row in rows),
    "won_value": lambda rows, _part: sum(row.value for row in rows),
    "pipeline_value": lambda rows, _part: sum(row.value for row in rows),
    # All of them are in the stage of an offer.
    "forecast": lambda rows, _part: sum(row.value for row in rows) / 2,
}


def by_hand(key, rows, part, house, narrowed):
    if key == "cost_per_lead":
        of_one = narrowed in ("journey", "measure")
        return (600 if of_one else 690) / len(rows) if rows else None
    if not rows and (key in BY_HAND and "value" not in key and key != "forecast"):
        return None
    if key in BY_HAND:
        return float(BY_HAND[key](rows, part))
    if part is not None:
        return 100 * len(part) / len(rows) if rows else None
    return len(rows)


def rows_of(client, url):
    """The rows of a list, as its page has them."""
    context = client.get(url).context
    if "cards" in context and url.startswith(reverse("sales:deal_list")):
        return [card.deal for card in context["cards"]]
    if url.startswith(reverse("contacts:list")):
        return [contact for contact, _cells in context["rows"]]
    return list(context["page"].rows)


def shown(client, query):
    page = client.get(reverse("insights:figures"), query)
    lines = [line for part in page.context["sections"] for line in part.lines]
    return {line.figure.key: line.figure for line in lines}


@pytest.mark.parametrize("narrowed", NARROWED)
@pytest.mark.parametrize("who", ["lead", "rep"])
def test_a_figure_on_the_page_is_that_of_the_api_and_of_the_list(client, who, narrowed):
    house = House()
    client.force_login(getattr(house, who))
    query = {narrowed: getattr(house, narrowed).pk} if narrowed else {}

    page = shown(client, query)
    answer = client.get("/api/v1/kpis/", query).json()

    assert [row["key"] for row in answer["figures"]] == [
        key for key in KPIS if key not in OF_PHASES
    ]
    counted = 0
    for row in answer["figures"]:
        figure = page[row["key"]]
        assert (row["value"], row["list"]) == (figure.value, figure.url), row["key"]
        if row["reason"]:
            assert (row["value"], row["list"]) == (None, "")
            continue
        rows = rows_of(client, row["list"])
        part = rows_of(client, row["part_list"]) if row["part_list"] else None
        value = by_hand(row["key"], rows, part, house, narrowed)
        assert row["value"] == pytest.approx(value), row["key"]
        counted += bool(rows)
    # That nothing equals nothing proves little.
    assert counted >= (9 if narrowed == "team" else 15)


@pytest.mark.parametrize("who", ["lead", "rep"])
def test_the_figures_of_phases_are_those_of_the_api_and_of_their_lists(client, who):
    house = House()
    client.force_login(getattr(house, who))
    query = {"journey": house.journey.pk}

    page = client.get(reverse("insights:figures"), query).context["phases"]
    answer = client.get("/api/v1/kpis/", query).json()["phases"]

    assert [phase.pk for phase, _figures in page] == [row["id"] for row in answer]
    for (_phase, figures), row in zip(page, answer, strict=True):
        entered, moved, days = figures
        assert (entered.value, moved.value, days.value) == (
            row["entered"],
            row["share"],
            row["median_days"],
        )
        assert entered.value == len(rows_of(client, entered.url))
        assert row["moved_on"] == len(rows_of(client, moved.part_url))
    assert [row["entered"] for row in answer] == [3, 2]
    assert [row["median_days"] for row in answer] == [pytest.approx(2), None]


@pytest.mark.parametrize("who", ["lead", "rep"])
@pytest.mark.parametrize("is_counted", [True, False])
@pytest.mark.parametrize("by", ["measure", "team", "rep"])
def test_each_of_all_at_once_is_as_it_is_alone(by, is_counted, who):
    house = House()
    idle = {
        "measure": MeasureFactory(phase=house.measure.phase),
        "team": TeamFactory(),
        "rep": RepFactory(),
    }
    if is_counted:
        roll_up(at=house.now)
    scope = Scope(last_days(30, at=timezone.now()), viewer=getattr(house, who))
    found = 0

    for kpi in KPIS.values():
        if not isinstance(kpi.way, CountsEach) or kpi.needs_phase or by in kpi.lacks:
            continue
        at_once = kpi.way.each(kpi, scope, by)
        for row in (getattr(house, by), idle[by]):
            alone = kpi.parts(replace(scope, **{by: row}))
            assert at_once[row.pk] == alone, kpi.key
            found += alone.n > 0

    assert found >= 5


@pytest.mark.parametrize("narrowed", NARROWED)
@pytest.mark.parametrize("who", ["lead", "rep"])
@pytest.mark.parametrize("key", KPIS)
def test_all_months_at_once_are_as_each_is_alone(key, who, narrowed):
    house, kpi = House(), KPIS[key]
    # Another crossing and another visit of the same contacts, months before.
    for crossing in Crossing.objects.all():
        for days in (61, 62, 130):
            CrossingFactory(contact=crossing.contact, at=house.ago(days), arming=days)
    for visit in PhaseVisit.objects.all():
        PhaseVisitFactory(
            contact=visit.contact,
            phase=visit.phase,
            entered_at=house.ago(70),
            left_at=house.ago(66),
        )
    Handoff.objects.filter(rating__in=(2, 4)).update(offered_at=house.ago(61))
    Deal.objects.filter(value__in=(200, 300)).update(closed_at=house.ago(61))
    Deal.objects.filter(value=100).update(closed_at=house.ago(-40))
    phase = {"phase": house.phases[0]} if kpi.needs_phase else {}
    given = {narrowed: getattr(house, narrowed)} if narrowed else {}
    viewer = getattr(house, who)
    scope = Scope(last_days(30, at=house.now), viewer, **phase, **given, at=house.now)

    months = months_of(kpi, scope)

    for month in months:
        alone = kpi.parts(scope.during(month.period))
        assert month.value == pytest.approx(alone.value), month.period
    if who == "lead" and not narrowed and not kpi.is_of_now:
        # Of these two all is in the last weeks.
        assert len(months) > 1 or key in ("needs_analyses", "cost_per_lead")


@pytest.mark.parametrize("narrowed", NARROWED)
@pytest.mark.parametrize("who", ["lead", "rep"])
def test_a_period_beside_the_one_before_is_as_each_is_alone(who, narrowed):
    house = House()
    for crossing in Crossing.objects.all():
        for days in (31, 33):
            CrossingFactory(contact=crossing.contact, at=house.ago(days), arming=days)
    Handoff.objects.filter(assignee=house.rep).update(offered_at=house.ago(33))
    given = {narrowed: getattr(house, narrowed)} if narrowed else {}
    viewer = getattr(house, who)
    for period in (last_days(7, at=house.now), last_days(30, at=house.now)):
        scope = Scope(period, viewer, **given, at=house.now)
        for key, kpi in KPIS.items():
            found = registry.figure(key, scope)
            assert found.parts == kpi.parts(scope), key
            if not kpi.is_of_now:
                assert found.before == kpi.parts(scope.before()).value, key


@pytest.mark.parametrize("is_gone", [False, True])
@pytest.mark.parametrize("key", OF_PHASES)
def test_the_page_of_a_phase_is_as_its_list_says(client, key, is_gone):
    house, kpi = House(), KPIS[key]
    client.force_login(house.lead)
    phase = house.phases[0]
    if is_gone:
        Phase.ever.filter(pk=phase.pk).update(retired_at=house.now)

    page = client.get(reverse("insights:figure", args=[key]), {"phase": phase.pk})

    found, scope = page.context["figure"], page.context["scope"]
    assert found.parts == kpi.parts(scope)
    assert found.before == kpi.parts(scope.before()).value
    assert found.parts.n == len(rows_of(client, found.url)) == 3
    months = page.context["months"]
    assert months[-1].value == kpi.parts(scope.during(months[-1].period)).value


def test_what_belongs_to_no_team_is_said_beside_the_teams(client):
    house = House()
    client.force_login(house.lead)
    DealFactory(status="won", value=70, reason="fit", closed_at=timezone.now())

    page = client.get(reverse("insights:figure", args=["won_value"]))

    whole = page.context["figure"].value
    [(lines, rest)] = [
        (lines, rest)
        for label, lines, rest in page.context["slices"]
        if label == "By team"
    ]
    assert rest == whole - sum(line.figure.value for line in lines) >= 70
    assert "of the whole belong to none of these" in page.content.decode()


@pytest.mark.parametrize("who", ["lead", "rep"])
def test_the_lists_can_be_read_over_the_api_too(client, who):
    house = House()
    client.force_login(getattr(house, who))
    resources = {
        reverse("contacts:list"): "contacts",
        reverse("sales:list"): "handoffs",
        reverse("sales:deal_list"): "deals",
    }

    for figure in shown(client, {"journey": house.journey.pk}).values():
        for url in filter(None, (figure.url, figure.part_url)):
            path, _mark, query = url.partition("?")
            query = "&".join(p for p in query.split("&") if not p.startswith("sort="))
            answer = client.get(f"/api/v1/{resources[path]}/?{query}")
            assert answer.status_code == 200, answer.json()
            rows = rows_of(client, url)
            assert {row["id"] for row in answer.json()["results"]} == {
                row.pk for row in rows
            }


@pytest.mark.parametrize("key", KPIS)
def test_every_kpi_has_a_page_that_says_what_it_means(client, key):
    house = House()
    client.force_login(house.lead)

    page = client.get(reverse("insights:figure", args=[key]))

    assert page.status_code == 200
    assert str(KPIS[key].label) in page.content.decode()


def test_a_house_without_anything_has_figures_without_errors(client):
    client.force_login(House().lead)

    page = client.get(reverse("insights:figures"), {"period": "1999-01"})

    assert page.status_code == 200


@pytest.mark.parametrize("who", ["lead", "rep"])
@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("insights:figures", []),
        ("insights:figure", ["accepted"]),
        ("insights:figure", ["new_contacts"]),
        ("insights:figure_file", []),
        ("kpis", []),
    ],
)
def test_as_many_queries_for_many_rows_as_for_few(client, who, name, args):
    house = House()
    client.force_login(getattr(house, who))
    url = reverse(name, args=args)

    def queries():
        with CaptureQueriesContext(connection) as found:
            b"".join(client.get(url))
        return len(found)

    queries()
    few = queries()
    for days in (2, 3, 5):
        house.add(days)

    assert queries() == few
