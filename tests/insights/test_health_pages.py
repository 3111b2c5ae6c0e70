"""Health and flow of a journey as pages, as a file and over REST."""

import csv
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from journeys.models import MeasureCost
from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import (
    JourneyFactory,
    MeasureFactory,
    PhaseFactory,
    PhaseVisitFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey():
    """Twenty came past a phase that nobody enters; six of them went on."""
    journey = JourneyFactory(name="Buyers")
    names = ("Reading", "Trying", "Buying")
    reading, trying, buying = (
        PhaseFactory(journey=journey, name=name, position=place, target_days=5)
        for place, name in enumerate(names, start=1)
    )
    now = timezone.now()
    for _place in range(20):
        contact = ContactFactory()
        for phase, since in ((reading, 9), (buying, 7)):
            PhaseVisitFactory(
                contact=contact,
                phase=phase,
                entered_at=now - timedelta(days=since),
                left_at=now - timedelta(days=7) if phase == reading else None,
            )
    for _place in range(30):
        PhaseVisitFactory(phase=reading, entered_at=now - timedelta(days=9))
    measure = MeasureFactory(phase=trying, name="=Trial mail")
    today = timezone.localdate()
    MeasureCost.objects.create(measure=measure, amount=900, since_date=today)
    return journey


def page(client, name, journey, **query):
    client.force_login(RepFactory())
    return client.get(reverse(f"insights:{name}", args=[journey.pk]), query)


def test_the_page_says_what_the_api_says(client, api, journey):
    told = api.get(f"/api/v1/journeys/{journey.pk}/health/", {"days": 30}).json()
    shown = page(client, "journey_health", journey, days=30)

    health, rows = shown.context["health"], shown.context["rows"]
    assert told["journey"] == {"id": journey.pk, "name": "Buyers"}
    assert told["contacts"] == health.contacts == 50
    assert told["conformance"]["share"] == 100 * health.conformance.share == 60
    assert told["weakest"]["sentence"] == shown.context["weakest"].sentence
    assert [(f["code"], f["sentence"], f["contacts"]) for f in told["findings"]] == [
        (f.code, f.sentence, f.contacts) for f in shown.context["findings"]
    ]
    for phase, row in zip(told["phases"], rows, strict=True):
        assert phase["entered"] == row["health"].step.entered
        assert phase["skipped"] == row["health"].skips.skipped
        assert phase["over_target"] == row["health"].standing.stalled
        assert phase["median_days"] == row["health"].median_days
    text = shown.content.decode()
    assert all(str(escape(flaw["sentence"])) in text for flaw in told["findings"])
    assert told["weakest"]["sentence"] in text


def test_what_does_not_work_is_named_before_what_works_badly(api, journey):
    told = api.get(f"/api/v1/journeys/{journey.pk}/health/").json()

    codes = [(flaw["code"], flaw["severity"]) for flaw in told["findings"]]
    assert codes == [
        ("unreachable", "high"),
        ("idle_measure", "high"),
        ("stalled", "medium"),
        ("stalled", "medium"),
    ]
    assert "Trying" in told["findings"][0]["sentence"]
    assert "20 contacts came past it" in told["findings"][0]["sentence"]
    assert told["weakest"]["value"] == 40


def test_transitions_and_variants_add_up(api, journey):
    told = api.get(f"/api/v1/journeys/{journey.pk}/health/").json()

    moves = sum(move["moves"] for move in told["transitions"])
    assert moves == sum(phase["entered"] for phase in told["phases"]) == 70
    assert sum(way["contacts"] for way in told["variants"]) == told["contacts"]
    assert {move["kind"] for move in told["transitions"]} == {"defined", "skip"}


def test_the_flow_shows_ways_with_their_lists(client, journey):
    shown = page(client, "journey_flow", journey)

    text = shown.content.decode()
    assert [way.phases for way in shown.context["ways"]] == [
        ["Reading"],
        ["Reading", "Buying"],
    ]
    assert 'id="flow-chart-data"' in text
    assert all(way.url.replace("&", "&amp;") in text for way in shown.context["ways"])


def test_the_file_has_a_line_for_each_finding_and_computes_nothing(client, journey):
    answer = page(client, "journey_health_file", journey)

    rows = list(csv.DictReader(answer.content.decode().splitlines()))
    assert [row["code"] for row in rows][:2] == ["weakest_step", "unreachable"]
    [idle] = [row for row in rows if row["code"] == "idle_measure"]
    assert idle["measure"] == "'=Trial mail"
    assert rows[0]["contacts"] == "30"


def test_the_editors_panel_has_a_part_for_each_phase(client, journey):
    text = page(client, "journey_health_panel", journey).content.decode()

    for phase in journey.phases.all():
        assert f'id="phase-health-{phase.pk}" hx-swap-oob="true"' in text
    assert "it has no entry condition" in text


@pytest.mark.parametrize("name", ["journey_health", "journey_flow"])
def test_a_journey_that_nobody_is_in_says_what_will_appear(client, name):
    shown = page(client, name, JourneyFactory())

    assert "Once contacts do, you see here" in shown.content.decode()


@pytest.mark.parametrize(
    ("query", "attr"),
    [({"days": "8"}, "days"), ({"period": "soon"}, "period"), ({"x": "1"}, "x")],
)
def test_bad_parameters_are_400(api, journey, query, attr):
    response = api.get(f"/api/v1/journeys/{journey.pk}/health/", query)

    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == attr


def test_no_such_journey_is_404(api, client):
    assert api.get("/api/v1/journeys/99/health/").status_code == 404
    client.force_login(RepFactory())
    assert client.get("/journeys/99/health/").status_code == 404
