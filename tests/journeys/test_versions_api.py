"""Versions, drafts and reviews of journeys over REST."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories.journeys import JourneyFactory, PhaseFactory, PhaseVisitFactory

pytestmark = pytest.mark.django_db
CONDITION = {"field": "job_title", "op": "is_set"}


@pytest.fixture
def journey():
    journey = JourneyFactory(name="Buyers")
    PhaseFactory(journey=journey, name="One", position=1)
    PhaseFactory(journey=journey, name="Two", position=2)
    return journey


def test_what_is_written_over_rest_is_in_force_and_a_version(api, journey):
    base = f"/api/v1/journeys/{journey.pk}"
    assert api.get(f"{base}/").json()["version"] is None
    phase = journey.phases.get(name="Two")
    exits = {"exit_condition": CONDITION, "exit_leads": "out"}

    stored = api.patch(f"/api/v1/phases/{phase.pk}/", exits, format="json")
    goal = api.patch(f"{base}/", {"goal": CONDITION, "target_days": 9}, format="json")

    assert (stored.status_code, goal.status_code) == (200, 200)
    assert {name: stored.json()[name] for name in exits} == exits
    assert goal.json()["version"] == 2
    found = api.get(f"{base}/versions/").json()
    assert [row["number"] for row in found["results"]] == [2, 1]
    assert {row["origin"] for row in found["results"]} == {"pieces"}
    whole = api.get(f"{base}/versions/2/").json()
    assert whole["plan"]["phases"][1]["exit_leads"] == "out"
    diff = api.get(f"{base}/versions/2/diff/").json()
    assert (diff["from"], diff["to"]) == (1, 2)
    assert [change["sentence"] for change in diff["changes"]] == [
        "goal: Job title is known instead of –",
        "target time: 9 days instead of –",
        "Phase Two, exit condition: Job title is known instead of –",
        "Phase Two, the exit leads: Out of the journey instead of On to the next phase",
    ]
    first = api.get(f"{base}/versions/1/diff/").json()
    assert [change["kind"] for change in first["changes"]][-2:] == ["added", "added"]
    for path in ("versions/9/", "versions/2/diff/?against=9", "draft/"):
        assert api.get(f"{base}/{path}").status_code == 404
    assert api.get(f"{base}/versions/2/diff/?with=1").status_code == 400


def test_an_exit_out_of_sales_is_refused(api, journey):
    phase = journey.phases.get(name="Two")
    body = {"stage": "sales", "exit_condition": CONDITION}

    answer = api.patch(f"/api/v1/phases/{phase.pk}/", body, format="json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "no_exit_from_sales"


def test_a_version_is_restored_and_published(api, journey):
    base = f"/api/v1/journeys/{journey.pk}"
    three = {"journey": journey.pk, "name": "Three"}
    made = api.post("/api/v1/phases/", three, format="json").json()
    PhaseVisitFactory(phase_id=made["id"])

    draft = api.post(f"{base}/versions/1/restore/").json()
    again = api.get(f"{base}/draft/").json()
    seen = {"revision": draft["revision"], "based_on": draft["based_on"]}

    def publish(**more):
        body = {"note": "Back", **seen, **more}
        return api.post(f"{base}/publish/", body, format="json")

    assert draft == again
    assert [change["sentence"] for change in draft["changes"]] == [
        "Phase Three removed"
    ]
    unsaid = publish()
    assert unsaid.status_code == 400
    assert unsaid.json()["errors"][0]["code"] == "where_to"
    assert publish(based_on=1).json()["errors"][0]["code"] == "changed_since_seen"
    moves = {str(made["id"]): str(journey.phases.get(name="One").pk)}
    done = publish(moves=moves)
    assert (done.status_code, done.json()["number"]) == (200, 3)
    assert publish(moves=moves).status_code == 409
    left = api.get(f"/api/v1/phases/?journey={journey.pk}").json()["results"]
    assert [row["name"] for row in left] == ["One", "Two"]


def test_a_draft_is_thrown_away(api, journey):
    base = f"/api/v1/journeys/{journey.pk}"
    phase = {"journey": journey.pk, "name": "Three"}
    api.post("/api/v1/phases/", phase, format="json")
    api.post(f"{base}/versions/1/restore/")

    assert api.delete(f"{base}/draft/").status_code == 204
    assert api.get(f"{base}/draft/").status_code == 404
    assert journey.phases.count() == 3


def test_a_review_is_noted(api, journey):
    url = f"/api/v1/journeys/{journey.pk}/reviews/"
    later = timezone.localdate() + timedelta(days=30)

    wrong = api.post(url, {"next_date": "2001-01-01"}, format="json")
    made = api.post(url, {"note": "Fine", "next_date": str(later)}, format="json")

    assert (wrong.status_code, made.status_code) == (400, 201)
    [review] = api.get(url).json()["results"]
    assert (review["note"], review["next_date"]) == ("Fine", str(later))
    journey.refresh_from_db()
    assert journey.review_date == later


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("what", ["versions", "reviews"])
def test_versions_and_reviews_come_in_pages(
    api, journey, django_assert_num_queries, what, count
):
    for number in range(1, count + 1):
        at = timezone.now() + timedelta(days=number)
        rows = {"versions": journey.versions, "reviews": journey.reviews}[what]
        values = {
            "versions": {"number": number, "plan": {}, "published_at": at},
            "reviews": {"version": number, "at": at},
        }
        rows.create(**values[what])
    url = f"/api/v1/journeys/{journey.pk}/{what}/"
    name = {"versions": "number", "reviews": "version"}[what]

    with django_assert_num_queries(2):  # journey, page
        whole = api.get(url).json()

    assert [row[name] for row in whole["results"]] == [*range(count, 0, -1)]
    assert whole["next"] is whole["previous"] is None
    first = api.get(f"{url}?page_size=1&count=exact").json()
    assert (first["results"][0][name], first["count"]) == (count, count)
    assert (first["next"] is None) == (count == 1)
    if first["next"]:
        assert api.get(first["next"]).json()["results"][0][name] == count - 1
    for wrong in ("page_size=0", "ordering=name", "nope=1"):
        assert api.get(f"{url}?{wrong}").status_code == 400
