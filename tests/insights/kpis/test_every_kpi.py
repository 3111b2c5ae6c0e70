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

from insights.kpis.definitions import Scope
from insights.kpis.registry import KPIS
from insights.kpis.ways import CountsByMeasure
from insights.selectors.periods import last_days
from tests.factories.journeys import MeasureFactory
from tests.factories.sales import DealFactory
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
def test_each_of_all_measures_at_once_is_as_it_is_alone(who):
    house = House()
    idle = MeasureFactory(phase=house.measure.phase)
    scope = Scope(last_days(30, at=timezone.now()), viewer=getattr(house, who))
    brought = 0

    for kpi in KPIS.values():
        if not isinstance(kpi.way, CountsByMeasure) or kpi.needs_phase:
            continue
        at_once = kpi.way.by_measure(kpi, scope)
        for measure in (house.measure, idle):
            alone = kpi.parts(replace(scope, measure=measure))
            assert at_once[measure.pk] == alone, kpi.key
            brought += alone.n > 0

    assert brought >= 5


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
