from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.services.running import run_waiting_jobs
from scoring.models import Score, ScoringModel
from scoring.services.marks import mark_scores_stale
from scoring.services.scores import recompute_scores
from tests.factories.accounts import MarketerFactory, RepFactory, UserFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory
from tests.factories.scoring import RuleFactory, ScoringModelFactory
from tests.scoring.test_models import BOSS, CHAT

pytestmark = pytest.mark.django_db
MODELS = "/api/v1/scoring-models/"


def signed_in(user):
    client = APIClient()
    client.force_login(user)
    return client


@pytest.fixture
def api():
    return signed_in(MarketerFactory())


def test_model_round_trip(api):
    sent = {
        "name": "Draft",
        "threshold": 50,
        "rearm_below": 40,
        "min_fit": 5,
        "min_engagement": None,
        "half_life_days": 20,
        "rules": [
            CHAT,
            {**CHAT, "half_life_days": None, "max_per_day": 2, "max_points": 120},
            {**CHAT, "half_life_days": 7},
            {**BOSS, "disqualifies": True, "is_on": False},
        ],
    }

    made = api.post(MODELS, sent, format="json")
    read = api.get(made["Location"]).json()
    back = api.put(made["Location"], read, format="json")

    assert made.status_code == 201
    assert {name: read[name] for name in sent if name != "rules"} == {
        name: sent[name] for name in sent if name != "rules"
    }
    for rule, told in zip(read["rules"], sent["rules"], strict=True):
        assert {name: rule[name] for name in told} == told
    assert "half_life_days" not in read["rules"][0]
    assert read["rules"][1]["half_life_days"] is None
    assert not read["is_active"]
    assert back.status_code == 200
    strip = [{**rule, "id": 0} for rule in read["rules"]]
    assert [{**rule, "id": 0} for rule in back.json()["rules"]] == strip


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ([], "non_field_errors"),
        ({}, "name"),
        ({"name": "Draft", "color": "red"}, "color"),
        ({"name": "Draft", "journey": 4711}, "journey"),
        ({"name": "Draft", "rules": [{**CHAT, "points": None}]}, "rules.0.points"),
        ({"name": "Draft", "rules": [{**CHAT, "when": 5}]}, "rules.0.when"),
    ],
)
def test_bad_models_are_refused_by_field(api, body, attr):
    response = api.post(MODELS, body, format="json")

    assert response.status_code == 400
    assert [error["attr"] for error in response.json()["errors"]] == [attr]


def test_patch_and_delete_of_a_draft_but_not_of_the_live_one(api):
    draft, live = ScoringModelFactory(is_active=False), ScoringModelFactory()

    assert (
        api.patch(f"{MODELS}{draft.pk}/", {"threshold": 5}, format="json").json()[
            "threshold"
        ]
        == 5
    )
    refusals = [
        api.patch(f"{MODELS}{live.pk}/", {"threshold": 5}, format="json"),
        api.delete(f"{MODELS}{live.pk}/"),
    ]
    gone = api.delete(f"{MODELS}{draft.pk}/")

    assert gone.status_code == 204
    assert [answer.status_code for answer in refusals] == [409, 409]
    assert refusals[0].json()["errors"][0]["code"] == "model_is_active"


def test_copy_is_a_draft(api):
    live = RuleFactory().scoring_model

    response = api.post(f"{MODELS}{live.pk}/copy/", {}, format="json")

    assert response.status_code == 201
    assert not response.json()["is_active"]
    assert len(response.json()["rules"]) == 1


def test_activate_starts_a_job_that_rescores(api):
    contact = ContactFactory()
    InteractionFactory(contact=contact, kind="page_view")
    rule = RuleFactory(scoring_model__is_active=False, points=5, half_life_days=None)

    response = api.post(f"{MODELS}{rule.scoring_model_id}/activate/", {}, format="json")
    run_waiting_jobs()

    assert response.status_code == 202
    job = api.get(response["Location"]).json()
    assert (job["kind"], job["status"], job["done"]) == ("rescore", "done", 1)
    assert ScoringModel.objects.get().is_active
    assert Score.objects.get(pk=contact.pk).total == pytest.approx(5, abs=0.01)


@pytest.mark.parametrize(
    "body", [{"existing": "shout"}, {"existing": []}, {"when": "now"}, {"note": 5}]
)
def test_activate_refuses_what_it_does_not_know(api, body):
    model = ScoringModelFactory(is_active=False)

    response = api.post(f"{MODELS}{model.pk}/activate/", body, format="json")

    assert response.status_code == 400
    assert not ScoringModel.objects.get().is_active


def test_reps_read_models_and_change_none():
    rep, model = signed_in(RepFactory()), ScoringModelFactory(is_active=False)

    assert rep.get(MODELS).json()["results"][0]["id"] == model.pk
    assert rep.post(MODELS, {"name": "Mine"}, format="json").status_code == 403
    changed = rep.patch(f"{MODELS}{model.pk}/", {"name": "Mine"}, format="json")
    assert changed.status_code in (403, 404)
    assert APIClient().get(MODELS).status_code in (401, 403)


@pytest.mark.parametrize("count", [1, 3])
def test_models_take_as_many_queries_for_three_as_for_one(
    api, django_assert_num_queries, count
):
    for _ in range(count):
        RuleFactory(scoring_model__is_active=False)

    with django_assert_num_queries(4):  # session, user, models, rules
        assert len(api.get(MODELS).json()["results"]) == count


# A contact's score ---------------------------------------------------------------


@pytest.fixture
def scored():
    """40 points of fit, 30 of engagement that halve in 10 days."""
    model = ScoringModelFactory(half_life_days=10, threshold=60)
    RuleFactory(scoring_model=model, points=30, name="View")
    RuleFactory(
        scoring_model=model, dimension="fit", points=40, name="Boss", when=BOSS["when"]
    )
    contact = ContactFactory(job_title="Head of Sales")
    now = timezone.now()
    InteractionFactory(contact=contact, occurred_at=now)
    mark_scores_stale(contact_ids=[contact.pk], at=now)
    recompute_scores(contact_ids=[contact.pk], at=now)
    return contact


def score_of(api, contact, at=None):
    query = {"at": at.isoformat()} if at else {}
    return api.get(f"/api/v1/contacts/{contact.pk}/score/", query).json()


def test_score_explains_itself(api, scored):
    body = score_of(api, scored)

    assert set(body) == {
        "model",
        "at",
        "fit",
        "engagement",
        "total",
        "threshold",
        "sales_ready",
        "grade",
        "armed",
        "falls_below_at",
        "contributions",
    }
    assert (body["fit"], body["threshold"], body["grade"]) == (40, 60, "A2")
    assert body["total"] == pytest.approx(70, abs=0.01)
    assert (body["sales_ready"], body["armed"]) == (True, False)
    points = [line["points"] for line in body["contributions"]]
    assert sum(points) == pytest.approx(body["total"], abs=1e-9)
    assert [line["rule"] for line in body["contributions"]] == ["Boss", "View"]
    assert [line["interactions"] for line in body["contributions"]] == [0, 1]
    assert body["contributions"][1]["last_at"] is not None


def test_score_of_any_moment(api, scored):
    now = timezone.now()

    future = score_of(api, scored, now + timedelta(days=10))
    past = score_of(api, scored, now - timedelta(days=10))
    told = score_of(api, scored)

    assert future["total"] == pytest.approx(55, abs=0.01)
    assert (future["sales_ready"], future["falls_below_at"]) == (False, None)
    assert (past["total"], past["armed"]) == (40, True)
    # 30 has become 20 after 10 * log2(1.5) days.
    falls = timezone.datetime.fromisoformat(told["falls_below_at"]) - now
    assert falls / timedelta(days=1) == pytest.approx(5.8496, abs=0.001)


def test_floor_shows_as_its_own_line(api, scored):
    model = ScoringModel.objects.get()
    RuleFactory(scoring_model=model, points=-50, when={"kind": "unsubscribe"})
    InteractionFactory(contact=scored, kind="unsubscribe")

    body = score_of(api, scored)

    assert body["engagement"] == 0
    assert body["contributions"][-1]["points"] == pytest.approx(20, abs=0.01)
    points = [line["points"] for line in body["contributions"]]
    assert sum(points) == pytest.approx(body["total"], abs=1e-9)


def test_score_without_a_model_is_nothing(api):
    body = score_of(api, ContactFactory())

    assert (body["model"], body["total"], body["contributions"]) == (None, 0, [])


@pytest.mark.parametrize("at", ["yesterday", "", "2026-13-01T00:00:00Z", "0001-01-01"])
def test_score_refuses_moments_that_are_none(api, scored, at):
    response = api.get(f"/api/v1/contacts/{scored.pk}/score/", {"at": at})

    assert response.status_code == 400


def test_score_refuses_unknown_parameters_and_contacts(api, scored):
    assert api.get(f"/api/v1/contacts/{scored.pk}/score/?a=1").status_code == 400
    assert api.get("/api/v1/contacts/4711/score/").status_code == 404
    reader = signed_in(UserFactory())
    assert score_of(reader, scored)["fit"] == 40


def test_contact_list_shows_the_score_as_of_now(api, scored):
    Score.objects.update(evaluated_at=timezone.now() - timedelta(days=10))

    [item] = api.get("/api/v1/contacts/").json()["results"]

    assert item["score"]["fit"] == 40
    assert item["score"]["total"] == pytest.approx(55, abs=0.01)
    assert not item["score"]["sales_ready"]
