"""``GET /api/v1/attribution/``: what it answers, and what it does not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from insights.attribution.catalog import MODELS
from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import MeasureFactory
from tests.insights.attribution.ways import accepted, ago, costing, went, won

pytestmark = pytest.mark.django_db
URL = "/api/v1/attribution/"


def test_the_shares_of_a_period(api):
    costing(500, channel="event")
    won(went(("event", 3), ("email", 2)), Decimal("2400.50"))
    won(ContactFactory(), Decimal(100))

    answer = api.get(URL, {"model": "linear", "conversion": "deal_won"}).json()

    assert (answer["conversions"], answer["value"]) == (2, 2500.5)
    assert answer["no_touch"] == {"conversions": 1, "value": 100}
    assert (answer["window_days"], answer["not_converted"]) == (90, None)
    assert answer["results"] == [
        {
            "key": "email",
            "label": "E-mail",
            "conversions": 0.5,
            "value": 1200.25,
            "cost": 0,
            "cost_each": None,
            "back": None,
        },
        {
            "key": "event",
            "label": "Event",
            "conversions": 0.5,
            "value": 1200.25,
            "cost": 500,
            "cost_each": 1000,
            "back": 2.4005,
        },
    ]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("by", ["channel", "measure", "content", "rep", "campaign"])
def test_every_model_answers_by_everything(api, model, by):
    measure = MeasureFactory()
    accepted(went(("event", 3), ("email", 2), measure=measure))

    answer = api.get(URL, {"model": model, "by": by})

    assert answer.status_code == 200
    told = answer.json()
    earned = sum(line["conversions"] for line in told["results"])
    assert earned + told["no_touch"]["conversions"] == pytest.approx(1, abs=1e-9)
    if by == "measure":
        assert [line["key"] for line in told["results"]] == [str(measure.pk)]


def test_from_day_to_day_and_with_a_window(api):
    accepted(went(("event", 20), ("email", 12)), days=10)
    day = timezone.localtime(ago(10)).date().isoformat()
    wanted = {"from": day, "to": day, "window": "5"}

    [line] = api.get(URL, wanted).json()["results"]

    assert (line["key"], line["conversions"]) == ("email", 1)
    assert api.get(URL, {"days": "7"}).json()["conversions"] == 0


def test_markov_says_how_many_did_not_convert(api):
    accepted(went(("event", 3)))
    went(("email", 3))

    assert api.get(URL, {"model": "markov", "order": 2}).json()["not_converted"] == 1


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ({"model": "magic"}, "model"),
        ({"conversion": "sign_up"}, "conversion"),
        ({"by": "weather"}, "by"),
        ({"order": "9"}, "order"),
        ({"order": "x"}, "order"),
        ({"window": "0"}, "window"),
        ({"window": "99999999999999999999"}, "window"),
        ({"window": "²"}, "window"),
        ({"from": "yesterday"}, "from"),
        ({"color": "red"}, "color"),
        ({"model": "a\x00b"}, "model"),
    ],
)
def test_what_it_does_not_know_is_refused(api, query, attr):
    answer = api.get(URL, query)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == attr


def test_a_chain_of_too_many_states_is_refused(api):
    for number in range(201):
        went(("email", 3), utm={"campaign": f"mail {number}"})
    accepted(went(("email", 3), utm={"campaign": "mail"}))

    answer = api.get(URL, {"model": "markov", "by": "campaign"})

    assert answer.status_code == 400
    assert "at least 201 states" in answer.json()["errors"][0]["detail"]
    assert api.get(URL, {"model": "shapley", "by": "campaign"}).status_code == 200


def test_reps_get_the_shares_of_their_own(api):
    rep = RepFactory()
    accepted(went(("event", 3)), assignee=rep)
    accepted(went(("email", 3)))
    mine = APIClient()
    mine.force_authenticate(rep)

    assert api.get(URL).json()["conversions"] == 2
    answer = mine.get(URL, {"model": "markov"}).json()
    assert answer["conversions"] == 1
    assert [line["key"] for line in answer["results"]] == ["event"]
