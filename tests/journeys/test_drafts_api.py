"""Drafts of journeys over REST: what the designer does on pages, as one document."""

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from journeys.models import JourneyDraft, Measure, Phase, PhaseVisit
from journeys.selectors.snapshots import plan_of
from journeys.selectors.versions import draft_of
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.contacts import SegmentFactory
from tests.factories.journeys import (
    JourneyFactory,
    MeasureFactory,
    PhaseFactory,
    PhaseVisitFactory,
    TeamFactory,
)
from tests.journeys.parts import furnish

pytestmark = pytest.mark.django_db
CONDITION = {"field": "job_title", "op": "is_set"}
GONE = {"field": "custom.nope", "op": "is_set"}


@pytest.fixture
def marketer():
    return MarketerFactory()


@pytest.fixture
def api(marketer):
    client = APIClient()
    client.force_authenticate(marketer)
    return client


@pytest.fixture
def journey():
    journey = JourneyFactory(name="Buyers")
    for position, name in enumerate(("One", "Two"), start=1):
        phase = PhaseFactory(journey=journey, name=name, position=position)
        MeasureFactory(phase=phase, name=f"Ads {name}")
    return journey


def url_of(journey, what="draft"):
    return f"/api/v1/journeys/{journey.pk}/{what}/"


def write(api, journey, plan, revision=0):
    body = {"revision": revision, "plan": plan}
    return api.put(url_of(journey), body, format="json")


def faults(response):
    return [(fault["attr"], fault["code"]) for fault in response.json()["errors"]]


def test_a_draft_is_begun_once_and_says_what_the_plan_says(api, journey):
    assert api.get(url_of(journey)).status_code == 404

    first, again = (api.post(url_of(journey)) for _n in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == api.get(url_of(journey)).json()
    assert first.json()["plan"] == plan_of(journey, at=timezone.now())
    assert (first.json()["changes"], first.json()["going"]) == ([], [])
    assert api.post(url_of(journey), {"plan": 1}, format="json").status_code == 400


def test_a_key_of_ones_own_makes_a_repeat_harmless(api, journey):
    headers = {"HTTP_IDEMPOTENCY_KEY": "begin-1"}
    first = api.post(url_of(journey), **headers)
    api.delete(url_of(journey))

    again = api.post(url_of(journey), **headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotency-Replayed"] == "true"
    assert not JourneyDraft.objects.exists()


def test_a_plan_is_written_read_and_published_as_one_document(api, journey):
    team, segment = TeamFactory(name="Hunters"), SegmentFactory(name="Heads")
    one, two = journey.phases.order_by("position")
    person = PhaseVisitFactory(phase=two).contact
    plan = plan_of(journey, at=timezone.now())
    [first, _second] = plan["phases"]
    first |= {"name": "First", "team": team.pk, "target_days": 9}
    first |= {"entry_condition": CONDITION, "exit_condition": CONDITION}
    first |= {"exit_leads": "out"}
    won = {"key": "new-won", "name": "Won", "stage": "sales", "outcome": "won"}
    fair = {"name": "Fair", "direction": "push", "channel": "event"}
    fair |= {"url": "https://example.com/fair", "utm_campaign": "fair"}
    plan |= {"goal": CONDITION, "ends_at_goal": True, "target_days": 60}
    plan |= {"segment": segment.pk, "phases": [won | {"measures": [fair]}, first]}

    draft = write(api, journey, plan)

    assert draft.status_code == 200
    assert journey.phases.filter(name="One").exists()
    found = draft.json()
    assert found == api.get(url_of(journey)).json()
    assert found["plan"]["names"] == {
        "segments": {str(segment.pk): "Heads"},
        "teams": {str(team.pk): "Hunters"},
        "carriers": {},
    }
    assert "Phase Two removed" in [change["sentence"] for change in found["changes"]]
    assert found["going"] == [{"key": str(two.pk), "name": "Two", "contacts": 1}]
    body = {
        "note": "Better",
        "revision": found["revision"],
        "based_on": found["compared_with"],
        "moves": {str(two.pk): "new-won"},
    }
    made = api.post(url_of(journey, "publish"), body, format="json")
    assert made.status_code == 200
    assert [p["name"] for p in made.json()["plan"]["phases"]] == ["Won", "First"]
    one.refresh_from_db()
    assert (one.name, one.team, one.exit_leads) == ("First", team, "out")
    assert Measure.objects.current().get(name="Fair").url == fair["url"]
    where = PhaseVisit.objects.get(contact=person, left_at=None).phase
    assert (where.name, where.outcome) == ("Won", "won")
    journey.refresh_from_db()
    assert (journey.segment, journey.goal) == (segment, CONDITION)


def test_what_is_left_out_is_what_a_new_one_has(api, journey):
    plan = {"name": "Buyers", "phases": [{"name": "Only"}]}

    draft = write(api, journey, plan).json()["plan"]

    [phase] = draft["phases"]
    assert phase.pop("key").startswith("new-")
    assert phase == {
        "name": "Only",
        "stage": "marketing",
        "target_days": None,
        "outcome": "",
        "entry_condition": {},
        "exit_condition": {},
        "exit_leads": "next",
        "team": None,
        "measures": [],
    }
    assert (draft["goal"], draft["segment"], draft["description"]) == ({}, None, "")


def test_what_was_read_may_be_sent_back(api, journey):
    draft = api.post(url_of(journey)).json()

    same = write(api, journey, draft["plan"], draft["revision"])

    assert (same.status_code, same.json()["plan"]) == (200, draft["plan"])
    assert same.json()["revision"] == draft["revision"] + 1


def test_who_read_another_draft_is_told(api, journey):
    plan = plan_of(journey, at=timezone.now())
    assert write(api, journey, plan, revision=1).status_code == 409
    assert write(api, journey, plan).status_code == 200

    late = write(api, journey, plan | {"name": "Mine"})

    assert (late.status_code, faults(late)) == (409, [(None, "draft_changed")])
    assert draft_of(journey).plan["name"] == "Buyers"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"goal": GONE}, ("plan.goal.field", "invalid_condition")),
        ({"goal": []}, ("plan.goal", "invalid_condition")),
        ({"name": ""}, ("plan.name", "blank")),
        ({"nope": 1}, ("plan.nope", "unknown")),
        ({"names": {}}, ("plan.names", "read_only")),
        ({"segment": 99}, ("plan.segment", "does_not_exist")),
        ({"segment": 2**64}, ("plan.segment", "max_value")),
        ({"phases": {}}, ("plan.phases.non_field_errors", "not_a_list")),
    ],
)
def test_what_is_wrong_with_the_whole_is_named(api, journey, change, fault):
    refused = write(api, journey, plan_of(journey, at=timezone.now()) | change)

    assert (refused.status_code, faults(refused)) == (400, [fault])
    assert draft_of(journey) is None


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"entry_condition": GONE}, ("entry_condition.field", "invalid_condition")),
        ({"exit_condition": 7}, ("exit_condition", "invalid_condition")),
        ({"name": "one"}, ("name", "name_taken")),
        ({"outcome": "won"}, ("outcome", "outcome_taken")),
        ({"outcome": "gone"}, ("outcome", "invalid_choice")),
        ({"stage": "sales", "exit_condition": CONDITION}, ("exit_condition", None)),
        ({"target_days": -1}, ("target_days", "min_value")),
        ({"team": 99}, ("team", "does_not_exist")),
        ({"key": "999"}, ("key", "no_such_part")),
        ({"key": "out"}, ("key", "invalid")),
        ({"position": 1}, ("position", "unknown")),
        ({"measures": [{"name": "X"}]}, ("measures.0.direction", "required")),
    ],
)
def test_what_is_wrong_with_a_phase_is_named_with_its_place(
    api, journey, change, fault
):
    plan = plan_of(journey, at=timezone.now())
    plan["phases"][0]["outcome"] = "won"
    plan["phases"][1] |= change

    refused = write(api, journey, plan)

    assert refused.status_code == 400
    found = faults(refused)[0]
    assert found == (f"plan.phases.1.{fault[0]}", fault[1] or "no_exit_from_sales")
    assert draft_of(journey) is None


def test_a_measure_of_another_journey_is_no_part_of_this_one(api, journey):
    plan, other = plan_of(journey, at=timezone.now()), MeasureFactory()
    mine = plan["phases"][0]["measures"][0]
    plan["phases"][1]["measures"] = [mine]
    twice = write(api, journey, plan)
    plan["phases"][1]["measures"] = [mine | {"key": str(other.pk)}]
    strange = write(api, journey, plan)

    where = "plan.phases.1.measures.0.key"
    assert faults(twice) == [(where, "part_twice")]
    assert faults(strange) == [(where, "no_such_part")]


def test_a_team_that_has_gone_since_may_go_on_being_named(api, journey):
    team = TeamFactory()
    plan = plan_of(journey, at=timezone.now())
    plan["phases"][0]["team"] = team.pk
    draft = write(api, journey, plan).json()
    team.delete()

    again = write(api, journey, draft["plan"], draft["revision"])

    assert again.status_code == 200


@pytest.mark.parametrize(
    ("moves", "attr"), [({"out": "out"}, "moves.out"), ({}, "moves"), (None, "moves.")]
)
def test_where_contacts_go_is_said_for_those_phases_that_go(api, journey, moves, attr):
    two = journey.phases.get(name="Two")
    PhaseVisitFactory(phase=two)
    plan = plan_of(journey, at=timezone.now())
    del plan["phases"][1]
    draft = write(api, journey, plan).json()
    body = {"note": "x", "revision": draft["revision"], "based_on": 0}
    body["moves"] = {str(two.pk): "new-nobody"} if moves is None else moves

    refused = api.post(url_of(journey, "publish"), body, format="json")

    expected = f"{attr}{two.pk}" if moves is None else attr
    assert (refused.status_code, faults(refused)) == (400, [(expected, "where_to")])


def test_what_has_become_wrong_since_is_named_when_it_is_published(api, journey):
    draft = api.post(url_of(journey)).json()
    row = draft_of(journey)
    row.plan["phases"][1]["entry_condition"] = GONE
    row.save()
    body = {"note": "x", "revision": draft["revision"], "based_on": 0}

    refused = api.post(url_of(journey, "publish"), body, format="json")

    where = "plan.phases.1.entry_condition.field"
    assert (refused.status_code, faults(refused)) == (
        400,
        [(where, "invalid_condition")],
    )


def test_who_may_not_change_a_plan_sees_no_draft(api, journey):
    api.post(url_of(journey))
    rep = APIClient()
    rep.force_authenticate(RepFactory())

    assert rep.get(url_of(journey)).status_code == 404
    assert write(rep, journey, plan_of(journey, at=timezone.now())).status_code == 403
    assert rep.post(url_of(journey)).status_code == 403
    assert rep.get(url_of(journey, "versions")).status_code == 200


def over_the_api(api, client, journey):
    plan = plan_of(journey, at=timezone.now())
    del plan["phases"][1]
    plan["phases"][0] |= {"name": "First", "entry_condition": CONDITION}
    write(api, journey, plan)


def in_the_browser(api, client, journey):
    one, two = journey.phases.order_by("position")
    form = {"name": "First", "stage": "marketing", "exit_leads": "next"}
    form["entry_condition"] = '{"field": "job_title", "op": "is_set"}'
    client.post(reverse("journeys:draft_phase", args=[journey.pk, one.pk]), form)
    client.post(reverse("journeys:draft_phase_drop", args=[journey.pk, two.pk]))


@pytest.mark.parametrize("change", [over_the_api, in_the_browser])
def test_a_draft_through_any_door(api, client, marketer, journey, change):
    client.force_login(marketer)

    change(api, client, journey)

    draft = draft_of(journey)
    [phase] = draft.plan["phases"]
    assert (phase["name"], phase["entry_condition"]) == ("First", CONDITION)
    assert [measure["name"] for measure in phase["measures"]] == ["Ads One"]
    assert (draft.updated_by, Phase.objects.count()) == (marketer, 2)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("method", "queries"), [("get", 12), ("put", 35)])
def test_a_draft_takes_as_many_queries_for_many(
    api, method, queries, count, django_assert_num_queries
):
    journey = JourneyFactory(segment=SegmentFactory())
    for position in range(count):
        phase = PhaseFactory(journey=journey, position=position, team=TeamFactory())
        for measure in MeasureFactory.create_batch(
            count, phase=phase, team=TeamFactory()
        ):
            furnish(measure)
        PhaseVisitFactory(phase=PhaseFactory(journey=journey, position=50 + position))
    plan = plan_of(journey, at=timezone.now())
    del plan["phases"][count:]
    draft = write(api, journey, plan).json()
    body = {"revision": draft["revision"], "plan": draft["plan"]}
    sent = {"get": [], "put": [body]}[method]

    with django_assert_num_queries(queries):
        answer = getattr(api, method)(url_of(journey), *sent, format="json")

    assert answer.status_code == 200
    assert len(answer.json()["going"]) == count
