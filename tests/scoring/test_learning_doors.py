"""The doors to learned weights: REST and pages, and what taking them does."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Job
from accounts.services.jobs import start_job
from accounts.services.running import run_waiting_jobs
from scoring.models import ScoringModel
from scoring.services.taking import NothingLearned, take_learned_rules
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.scoring import RuleFactory, ScoringModelFactory
from tests.scoring.law import (
    CHIEF,
    LESSON,
    OUTCOME,
    make_examples,
    make_learning_fields,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer():
    return MarketerFactory()


@pytest.fixture
def signed_in(client, marketer):
    client.force_login(marketer)
    return client


@pytest.fixture
def draft():
    return ScoringModelFactory(is_active=False, name="Spring")


def run_of(model, owner, *, status=Job.Status.DONE, result=LESSON, **values):
    """A run that has ended, unless one says otherwise."""
    job = start_job(
        kind=Job.Kind.LEARN,
        owner=owner,
        params={"model": model.pk, "outcome": "deal_won", "among": {"all": []}}
        | {"fields": None, "insist": []},
        at=timezone.now(),
    )
    job.status, job.result = status, result
    for name, value in values.items():
        setattr(job, name, value)
    job.save()
    return job


def learned_page(client, model, job, status=200):
    response = client.get(reverse("scoring:learned", args=[model.pk, job.pk]))
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def test_over_the_api_a_job_has_rules_that_can_be_posted(marketer):
    make_learning_fields()
    make_examples(300)
    api = APIClient()
    api.force_login(marketer)
    model = ScoringModelFactory()
    url = f"/api/v1/scoring-models/{model.pk}/learn/"
    fields = ["custom.trade", "custom.visits"]

    asked = api.post(url, {"outcome": OUTCOME, "fields": fields}, format="json")
    run_waiting_jobs()
    job = api.get(asked["Location"]).json()
    sent = {"name": "Learned", "rules": job["result"]["rules"]}
    made = api.post("/api/v1/scoring-models/", sent, format="json")

    assert asked.status_code == 202
    assert (job["kind"], job["status"], job["result"]["n"]) == ("learn", "done", 300)
    assert 0.5 < job["result"]["auc"] < 1
    assert made.status_code == 201
    assert made.json()["is_active"] is False
    assert len(made.json()["rules"]) == len(job["result"]["rules"]) > 0


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"outcome": OUTCOME, "fields": ["hair"]}, "fields.0"),
        ({"outcome": {"field": "hair", "op": "is_set"}}, "outcome.field"),
        ({"outcome": OUTCOME, "hair": 1}, "hair"),
        ({}, "outcome"),
    ],
)
def test_over_the_api_what_is_wrong_is_named(marketer, body, attr):
    make_learning_fields()
    api = APIClient()
    api.force_login(marketer)
    model = ScoringModelFactory()

    answer = api.post(f"/api/v1/scoring-models/{model.pk}/learn/", body, format="json")

    assert answer.status_code == 400
    assert [error["attr"] for error in answer.json()["errors"]] == [attr]


def test_the_page_explains_each_rule_in_words(signed_in, marketer, draft):
    RuleFactory(scoring_model=draft, dimension="fit", when=CHIEF, points=35)
    RuleFactory(scoring_model=draft, name="Saw a page")

    shown = learned_page(signed_in, draft, run_of(draft, marketer))

    assert "in 87 of 100 pairs" in shown
    assert "422 contacts, 93 % had the outcome; without it 34 %." in shown
    assert "+90 points, between +80 and +102." in shown
    assert "+35" in shown
    assert "One rule of Spring that nothing like was learned" in shown
    assert "it might count the other way" in shown
    assert "Is this known before it?" in shown
    assert "left out" in shown


def test_a_run_that_goes_on_shows_how_far_it_is_and_can_be_stopped(
    signed_in, marketer, draft
):
    job = run_of(
        draft, marketer, status=Job.Status.RUNNING, result=None, done=40, total=90
    )

    shown = learned_page(signed_in, draft, job)
    signed_in.post(reverse("scoring:learn_cancel", args=[draft.pk, job.pk]))

    job.refresh_from_db()
    assert 'hx-trigger="every 2s"' in shown
    assert '<progress aria-label="Reading' in shown
    assert job.status == Job.Status.CANCELLED
    assert "Nothing has changed." in learned_page(signed_in, draft, job)


def test_why_nothing_is_offered_is_said(signed_in, marketer, draft):
    nothing = {"rules": [], "evidence": [], "auc": None, "cuts": [], "fields": []}
    reason = "Only 7 of these contacts had the outcome."
    job = run_of(draft, marketer, result={**LESSON, **nothing, "reason": reason})

    shown = learned_page(signed_in, draft, job)

    assert reason in shown
    assert "Add to draft" not in shown


def test_a_new_draft_has_the_rules_that_were_ticked_with_the_points_typed(
    signed_in, marketer
):
    live = ScoringModelFactory(name="Live", threshold=60)
    job = run_of(live, marketer)
    data = {"take-1": "on", "points-0": "90", "points-1": "25", "into": "new"}

    answer = signed_in.post(reverse("scoring:learned", args=[live.pk, job.pk]), data)

    draft = ScoringModel.objects.get(name="Live, learned")
    assert answer["Location"] == reverse("scoring:detail", args=[draft.pk])
    assert not draft.is_active
    [rule] = draft.rules.all()
    assert (rule.name, rule.points) == ("Attended a webinar", 25)
    # As many times the points as it was learned with.
    assert (rule.max_points, rule.max_per_day) == (75, 1)
    assert not live.rules.exists()


def test_into_a_draft_that_has_the_rule_only_its_points_change(
    signed_in, marketer, draft
):
    RuleFactory(scoring_model=draft, dimension="fit", when=CHIEF, points=35, name="Our")
    RuleFactory(scoring_model=draft, name="Saw a page", position=1)
    job = run_of(draft, marketer)
    data = {"take-0": "on", "take-1": "on", "points-0": "90", "points-1": "20"}

    signed_in.post(
        reverse("scoring:learned", args=[draft.pk, job.pk]), {**data, "into": "this"}
    )

    rules = draft.rules.order_by("position").values_list("name", "points")
    assert list(rules) == [("Our", 90), ("Saw a page", 10), ("Attended a webinar", 20)]


@pytest.mark.parametrize(
    ("data", "status", "sentence"),
    [
        ({"into": "new"}, 422, "Choose at least one rule."),
        ({"take-0": "on", "points-0": "many", "into": "new"}, 422, "must be a number"),
        ({"take-0": "on", "points-0": "5", "into": "here"}, 422, "Choose new or this."),
        ({"take-0": "on", "points-0": "5", "into": "this"}, 409, "This model is live."),
    ],
)
def test_what_cannot_be_taken_is_said_and_what_was_typed_stays(
    signed_in, marketer, data, status, sentence
):
    live = ScoringModelFactory()
    job = run_of(live, marketer)

    answer = signed_in.post(reverse("scoring:learned", args=[live.pk, job.pk]), data)

    shown = answer.content.decode()
    assert answer.status_code == status
    assert sentence in shown
    assert f'value="{data.get("points-0", "90")}"' in shown
    assert ScoringModel.objects.count() == 1


def test_what_was_learned_for_another_model_cannot_be_taken(marketer, draft):
    job = run_of(ScoringModelFactory(), marketer)

    with pytest.raises(NothingLearned):
        take_learned_rules(
            model=draft, job=job, points={0: 5}, into="this", by=None, at=timezone.now()
        )


def test_in_the_browser_a_run_is_asked_for_with_a_condition(signed_in, draft):
    make_learning_fields()
    ticked = ["custom.trade", "custom.bought", "did"]

    answer = signed_in.post(
        reverse("scoring:learn", args=[draft.pk]),
        {
            "outcome": "condition",
            "condition": '{"field": "custom.bought", "op": "eq", "value": true}',
            "among": '{"all": []}',
            "fields_chosen": ticked,
        },
    )

    job = Job.objects.get()
    assert answer["Location"] == reverse("scoring:learned", args=[draft.pk, job.pk])
    # The outcome's own field is left out without a word.
    assert job.params["fields"] == ["custom.trade", "did"]
    assert job.params["outcome"] == OUTCOME


@pytest.mark.parametrize(
    "data",
    [
        {"outcome": "condition", "condition": "", "among": '{"all": []}'},
        {"outcome": "condition", "condition": "{}", "among": '{"all": []}'},
        {"outcome": "luck", "among": '{"all": []}'},
        {"outcome": "deal_won", "among": "{"},
        {"outcome": "deal_won", "among": '{"field": "hair", "op": "is_set"}'},
        {"outcome": "deal_won", "fields_chosen": ["hair"]},
    ],
)
def test_in_the_browser_what_is_wrong_is_said(signed_in, draft, data):
    answer = signed_in.post(reverse("scoring:learn", args=[draft.pk]), data)

    assert answer.status_code == 422
    assert "lh-field-error" in answer.content.decode()
    assert not Job.objects.exists()


def test_to_learn_again_starts_with_what_was_asked_and_offers_what_was_left_out(
    signed_in, marketer, draft
):
    job = run_of(draft, marketer)

    page = signed_in.get(
        reverse("scoring:learn", args=[draft.pk]), {"job": str(job.pk)}
    ).content.decode()

    assert 'name="insist" value="tags"' in page
    assert '<option value="deal_won" selected>' in page


@pytest.mark.parametrize("name", ["learn", "learned", "learn_cancel"])
def test_reps_neither_learn_nor_see_what_was_learned(client, marketer, draft, name):
    job = run_of(draft, marketer)
    client.force_login(RepFactory())
    args = [draft.pk] if name == "learn" else [draft.pk, job.pk]

    assert client.post(reverse(f"scoring:{name}", args=args)).status_code == 403


@pytest.mark.parametrize("run_count", [1, 3])
def test_the_list_of_runs_takes_as_many_queries_for_one_as_for_three(
    signed_in, marketer, draft, run_count, django_assert_max_num_queries
):
    for _number in range(run_count):
        run_of(draft, marketer)

    with django_assert_max_num_queries(16):
        page = signed_in.get(reverse("scoring:learn", args=[draft.pk]))

    assert page.content.decode().count("Bought a course") == run_count
