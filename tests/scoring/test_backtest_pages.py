"""Backtests in the browser and over REST."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Job
from accounts.services.running import run_next_job
from contacts.models import Contact
from sales.models import Deal, DealEvent
from scoring.models import Backtest, ScoringModel
from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory, SegmentFactory
from tests.factories.sales import DealFactory
from tests.factories.scoring import RuleFactory, ScoringModelFactory
from tests.scoring.past import DAY, draft, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def model():
    """It finds Ada, whom what is live misses. Seventy days ago; she bought a week on."""
    live = ScoringModelFactory(threshold=60)
    RuleFactory(scoring_model=live, points=10, when={"kind": "demo_request"})
    model = draft(name="Bolder", threshold=20)
    RuleFactory(scoring_model=model, points=30, when={"kind": "demo_request"})
    now = timezone.now()
    ada = ContactFactory(
        first_name="Ada", last_name="Byron", created_at=now - 100 * DAY
    )
    told(ada, now - 70 * DAY, kind="demo_request")
    at = now - 63 * DAY
    deal = DealFactory(contact=ada, status=Deal.Status.WON, closed_at=at)
    DealEvent.objects.create(deal=deal, kind="won", at=at, stage=deal.stage)
    return model


def asked(**values):
    today = timezone.localdate()
    return {
        "since": (today - 90 * DAY).isoformat(),
        "until": (today - 31 * DAY).isoformat(),
        "outcome": "deal_won",
        "horizon_days": "30",
        "capacity": "",
        **values,
    }


def started(client, model, **values):
    where = reverse("scoring:backtest_start", args=[model.pk])
    return client.post(where, asked(**values))


def text_of(response):
    html = response.content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_marketer_tries_a_draft_and_takes_its_threshold(marketer, model):
    there = started(marketer, model, capacity="0.5")["Location"]
    assert "hx-trigger" in marketer.get(there).content.decode()
    run_next_job()

    said = text_of(marketer.get(there))

    assert "and caught 1 of 1 won customer, 1 more than now." in said
    assert "Ada Byron" in said
    assert "Only the draft caught" in said
    assert "What it leaves out" in said
    assert "That is its threshold" not in said
    html = marketer.get(there).content.decode()
    [threshold] = re.findall(r'name="threshold" value="([^"]+)"', html)
    backtest = Backtest.objects.get()
    where = reverse("scoring:backtest_threshold", args=[model.pk, backtest.pk])
    answer = marketer.post(where, {"threshold": threshold}, follow=True)
    assert ScoringModel.objects.get(pk=model.pk).threshold == float(threshold)
    assert f"sales-ready from {threshold} points now" in answer.content.decode()
    assert "has been changed since" in text_of(marketer.get(there))


def test_who_is_erased_has_no_name_in_it_any_more(marketer, model):
    there = started(marketer, model)["Location"]
    run_next_job()
    Contact.objects.get(last_name="Byron").delete()

    said = text_of(marketer.get(there))

    assert "Byron" not in said
    assert "Erased since" in said
    assert "Byron" not in str(Backtest.objects.get().result)
    assert "Byron" not in str(Job.objects.get().result)


def test_another_capacity_is_asked_for_without_counting_again(marketer, model):
    there = started(marketer, model)["Location"]
    run_next_job()

    said = text_of(marketer.get(there, {"capacity": "12"}))

    assert "at most 12 as asked" in said
    assert Job.objects.count() == 1
    for nonsense in ("", "many", "-3", "1e9", "nan"):
        assert marketer.get(there, {"capacity": nonsense}).status_code == 200


def test_belonging_to_a_segment_is_an_outcome(marketer, model):
    condition = {"field": "job_title", "op": "eq", "value": "customer"}
    segment = SegmentFactory(name="Customers", condition=condition)

    answer = started(marketer, model, outcome=f"segment-{segment.pk}")

    assert answer.status_code == 302
    assert Backtest.objects.get().outcome == condition


@pytest.mark.parametrize(
    "values",
    [
        {"since": ""},
        {"until": "1999-01-01"},
        {"until": "2099-01-01"},
        {"outcome": "lost"},
        {"outcome": "segment-7"},
        {"horizon_days": "0"},
        {"horizon_days": "many"},
        {"capacity": "-1"},
    ],
)
def test_what_makes_no_backtest_is_said_at_its_field(marketer, model, values):
    answer = started(marketer, model, **values)

    assert answer.status_code == 422
    [name] = values
    html = answer.content.decode()
    assert f'id="id_{name}_error"' in html or f"#id_{name}" in html
    assert not Backtest.objects.exists()


def test_a_rep_reads_but_starts_and_changes_nothing(client, model):
    client.force_login(RepFactory())
    made = Backtest.objects.create(
        scoring_model=model,
        model_updated_at=model.updated_at,
        threshold=20,
        since=timezone.now() - 9 * DAY,
        until=timezone.now(),
        outcome="deal_won",
    )

    form = client.get(reverse("scoring:backtest_start", args=[model.pk]))
    assert form.status_code == 200
    assert "<form" not in form.content.decode().split("<main")[1].split("</main")[0]
    assert started(client, model).status_code == 403
    for name in ("backtest_cancel", "backtest_threshold"):
        where = reverse(f"scoring:{name}", args=[model.pk, made.pk])
        assert client.post(where).status_code == 403
    there = reverse("scoring:backtest", args=[model.pk, made.pk])
    assert client.get(there).status_code == 200


def test_a_backtest_of_another_model_is_not_found(marketer, model):
    started(marketer, model)
    [made], other = Backtest.objects.all(), draft()

    where = reverse("scoring:backtest", args=[other.pk, made.pk])

    assert marketer.get(where).status_code == 404


def test_a_running_one_is_stopped(marketer, model):
    started(marketer, model)
    made = Backtest.objects.get()

    where = reverse("scoring:backtest_cancel", args=[model.pk, made.pk])
    said = text_of(marketer.post(where, follow=True))

    assert "stopped before its end" in said
    assert Job.objects.get().status == Job.Status.CANCELLED


def test_a_threshold_that_is_none_is_refused(marketer, model):
    started(marketer, model)
    made = Backtest.objects.get()
    where = reverse("scoring:backtest_threshold", args=[model.pk, made.pk])

    for nonsense in ("", "many", "-3"):
        marketer.post(where, {"threshold": nonsense})

    assert ScoringModel.objects.get(pk=model.pk).threshold == 20


@pytest.mark.parametrize(("asked_for", "columns"), [("", 5), ("customers", 7)])
def test_files_have_what_the_page_has(marketer, model, asked_for, columns):
    there = started(marketer, model)["Location"]
    run_next_job()

    body = b"".join(marketer.get(f"{there}file/?{asked_for}").streaming_content)

    names, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig")))
    assert len(names) == columns
    result = Backtest.objects.get().result
    expected = result["customers"] if asked_for else result["curve"]
    assert len(rows) == len(expected)
    if asked_for:
        assert rows[0][1] == "Ada Byron"


@pytest.mark.parametrize("row_count", [1, 3])
def test_queries_do_not_grow_with_earlier_backtests(
    marketer, model, row_count, django_assert_max_num_queries
):
    for _n in range(row_count):
        started(marketer, model)
        run_next_job()
    marketer.get(reverse("scoring:backtest_start", args=[model.pk]))

    with django_assert_max_num_queries(12):
        marketer.get(reverse("scoring:backtest_start", args=[model.pk]))


def test_over_rest_it_is_a_job_with_its_figures(api, model):
    today = timezone.localdate()
    body = {
        "from": (today - 90 * DAY).isoformat(),
        "to": (today - 31 * DAY).isoformat(),
        "outcome": "deal_won",
        "capacity": 0.5,
    }

    answer = api.post(
        f"/api/v1/scoring-models/{model.pk}/backtest/", body, format="json"
    )

    assert answer.status_code == 202
    assert answer.json()["kind"] == "backtest"
    run_next_job()
    job = api.get(answer["Location"]).json()
    assert (job["status"], job["done"], job["total"]) == ("done", 1, 1)
    result = job["result"]
    assert result["outcome"] == "deal_won"
    assert result["horizon_days"] == 30
    assert result["draft"]["caught"] == 1
    assert result["live"]["caught"] == 0
    assert result["fitting_threshold"] < 20
    assert len(result["customers"]) == 1


def test_over_rest_it_is_canceled(api, model):
    body = {"from": "2026-01-01", "to": "2026-02-01", "outcome": "deal_won"}
    where = f"/api/v1/scoring-models/{model.pk}/backtest/"

    answer = api.post(where, body, format="json")

    assert api.delete(answer["Location"]).json()["status"] == "cancelled"
    assert not run_next_job()


@pytest.mark.parametrize(
    ("values", "attr"),
    [
        ({"from": None}, "from"),
        ({"from": 3}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-02-30"}, "from"),
        ({"from": "0001-01-01"}, "from"),
        ({"to": "2025-01-01"}, "to"),
        ({"to": "2199-01-01"}, "to"),
        ({"outcome": None}, "outcome"),
        ({"outcome": {"field": "x", "op": "eq", "value": 1}}, "outcome.field"),
        ({"horizon_days": "30"}, "horizon_days"),
        ({"horizon_days": None}, "horizon_days"),
        ({"capacity": 0}, "capacity"),
        ({"threshold": 3}, "threshold"),
    ],
)
def test_over_rest_bad_input_is_refused_by_name(api, model, values, attr):
    body = {"from": "2026-01-01", "to": "2026-02-01", "outcome": "deal_won"}

    answer = api.post(
        f"/api/v1/scoring-models/{model.pk}/backtest/",
        {**body, **values},
        format="json",
    )

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == attr


def test_reps_may_not_start_one_over_rest(model):
    client = APIClient()
    client.force_login(RepFactory())

    answer = client.post(
        f"/api/v1/scoring-models/{model.pk}/backtest/", {}, format="json"
    )

    assert answer.status_code in (403, 404)
