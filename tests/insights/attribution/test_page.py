"""Reports, Attribution: what the page says, and the lists behind its numbers."""

from __future__ import annotations

import csv
from decimal import Decimal
from html import unescape

import pytest
from rest_framework.test import APIClient

from insights.attribution.catalog import MODELS
from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory
from tests.insights.attribution.ways import accepted, ago, costing, touched, went, won

pytestmark = pytest.mark.django_db
PAGE = "/reports/attribution/"
LIST = f"{PAGE}conversions/"
FILE = "/reports/attribution.csv"


def text_of(response):
    assert response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def some_conversions():
    for place in range(4):
        contact = went(("event", 20 + place), ("email", 10), ("website", 1))
        won(contact, Decimal(1000))
        accepted(contact, days=0)
    won(went(("event", 5)), Decimal(500))
    won(ContactFactory(), None)
    accepted(went(("social", 3), ("social", 2)))
    accepted(ContactFactory())
    went(("social", 8))


def test_the_finding_comes_first(client, marketer):
    some_conversions()
    costing(900, channel="partner", name="A partner")

    page = text_of(client.get(PAGE, {"conversion": "deal_won", "model": "first"}))

    assert "Of 6 deals won, “Event” earned most: 5.0 (83 %)." in page
    assert "The models differ most about" in page
    assert "“Partner” cost 900 € and earned nothing." in page
    assert "One deal without a value counts as nothing." in page
    assert "Left out are machine traffic" in page


def test_one_conversion_reads_well_too(client, marketer):
    accepted(went(("event", 3)))

    page = text_of(client.get(PAGE))

    assert "Of the one handoff accepted, “Event” earned most: 1.0 (100 %)." in page
    assert "differ most" not in page


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("conversion", ["handoff_accepted", "deal_won"])
def test_numbers_equal_those_of_the_api_and_add_up(client, marketer, model, conversion):
    some_conversions()
    query = {"model": model, "conversion": conversion}
    api = APIClient()
    api.force_authenticate(marketer)

    context = client.get(PAGE, query | {"beside": "none"}).context
    told = api.get("/api/v1/attribution/", query).json()

    lines = [row.line for row, _url in context["rows"]]
    assert [
        (str(line.key), line.credit.conversions, line.credit.value) for line in lines
    ] == [(line["key"], line["conversions"], line["value"]) for line in told["results"]]
    found = context["found"]
    shown = sum(row.shown for row, _url in context["rows"])
    assert round(shown + found.unknown.conversions, 1) == told["conversions"]


@pytest.mark.parametrize("model", [model for model in MODELS if model != "markov"])
def test_a_number_is_the_sum_of_the_list_behind_it(client, marketer, model):
    some_conversions()

    page = client.get(PAGE, {"model": model, "conversion": "deal_won"})

    rows = [(row, url) for row, url in page.context["rows"] if row.shown]
    assert rows
    for row, url in rows:
        behind = client.get(url)
        assert behind.context["earned"] == pytest.approx(row.line.credit.conversions)
        earned = sum(part.earned for part in behind.context["parts"])
        assert earned == pytest.approx(row.line.credit.conversions)
    assert len(client.get(page.context["unknown_url"]).context["parts"]) == 1
    assert len(client.get(page.context["all_url"]).context["parts"]) == 6
    for way, url in page.context["ways"]:
        assert len(client.get(url).context["parts"]) == way.count


def test_by_markov_the_list_has_who_was_touched(client, marketer):
    some_conversions()

    behind = client.get(LIST, {"model": "markov", "key": "social"})

    assert behind.context["earned"] is None
    assert len(behind.context["parts"]) == 1
    assert "No conversion matches" in text_of(
        client.get(LIST, {"model": "markov", "key": "nothing<b>"})
    )


def test_frequent_ways_take_repeats_together(client, marketer):
    accepted(went(("event", 20), ("email", 10)))
    accepted(went(("event", 22), ("event", 21), ("email", 10)))
    accepted(went(("email", 4)))

    ways = [way for way, _url in client.get(PAGE).context["ways"]]

    assert [(way.steps, way.count, way.days) for way in ways] == [
        (["Event", "E-mail"], 2, 21),
        (["E-mail"], 1, 4),
    ]


def test_the_way_of_one_contact_is_shown_with_a_link_to_it(client, marketer):
    contact = ContactFactory(first_name="Ada", last_name="Byron", created_at=ago(30))
    touched(contact, ("event", 20), title="Autumn fair", kind="event_attended")
    touched(contact, *(("email", 15 - place) for place in range(14)))
    accepted(contact)

    page = client.get(PAGE)

    example = page.context["example"]
    assert [step.label for step in example.steps] == ["Event", *["E-mail"] * 11]
    assert example.left_out == 3
    assert f'href="/contacts/{contact.pk}/"' in page.content.decode()
    shown = text_of(page)
    assert "How Ada Byron came" in shown
    assert "Attended an event: Autumn fair" in shown
    assert "3 touches in between are not shown." in shown


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"model": "last", "beside": "last", "was": "markov"}, ("last", "markov")),
        ({"model": "last"}, ("last", "linear")),
        ({"model": "markov", "beside": "last", "was": "linear"}, ("markov", "last")),
        ({"model": "markov", "beside": "none", "was": "linear"}, ("markov", "")),
        ({"model": "last", "beside": "last", "was": "last"}, ("last", "")),
    ],
)
def test_choosing_the_model_beside_swaps_the_two(client, marketer, query, shown):
    some_conversions()

    page = client.get(PAGE, query)

    question = page.context["question"]
    assert (question.asked.model, question.beside) == shown
    assert bool(page.context["rows"][0][0].beside) is bool(shown[1])
    kept = f'name="was" value="{shown[0]}"'
    assert kept in page.content.decode()


def test_the_file_has_every_digit(client, marketer):
    some_conversions()
    costing("12.5", channel="event")

    response = client.get(FILE, {"model": "linear", "beside": "shapley"})

    body = b"".join(response.streaming_content).decode().lstrip("\ufeff")
    rows = list(csv.DictReader(body.splitlines()))
    assert [row["key"] for row in rows][-1] == ""
    assert rows[-1]["label"] == "No known touch"
    for column in ("conversions", "beside_conversions"):
        assert sum(float(row[column]) for row in rows) == pytest.approx(6, abs=1e-9)
    assert {row["key"]: row["cost"] for row in rows}["event"] == "12.50"


def test_without_conversions_the_page_says_what_makes_them_appear(client, marketer):
    assert "No handoff was accepted" in text_of(client.get(PAGE))
    assert "No deal was won" in text_of(client.get(PAGE, {"conversion": "deal_won"}))
    accepted(ContactFactory())

    assert "Nobody was touched by anything known in the 90 days before." in text_of(
        client.get(PAGE)
    )


@pytest.mark.parametrize(
    "query",
    [
        {"model": "magic"},
        {"beside": "magic"},
        {"by": "weather"},
        {"conversion": "x"},
        {"order": "-1"},
        {"window": "x"},
        {"period": "x"},
        {"page": "x"},
        {"key": "a\x00b"},
        {"way": "<script>"},
    ],
)
@pytest.mark.parametrize("path", [PAGE, LIST, FILE])
def test_what_cannot_be_answered_is_no_error(client, marketer, path, query):
    accepted(went(("event", 3)))

    assert client.get(path, query).status_code == 200


def test_a_problem_is_said(client, marketer):
    assert "One of: first, last" in text_of(client.get(PAGE, {"model": "magic"}))


def test_of_too_many_states_linear_is_shown_and_why(client, marketer):
    accepted(went(("email", 3), utm={"campaign": "mail"}))
    for number in range(200):
        went(("email", 3), utm={"campaign": f"mail {number}"})

    page = text_of(client.get(PAGE, {"model": "markov", "by": "campaign"}))

    assert "This Markov chain has at least 201 states" in page
    assert "All touches get the same." in page


def test_a_rep_sees_the_conversions_they_may_see(client):
    rep = RepFactory()
    accepted(went(("event", 3)), assignee=rep)
    accepted(went(("email", 3)))
    won(went(("email", 3)), Decimal(100), owner=rep)
    won(went(("email", 3)), Decimal(200), owner=RepFactory())
    client.force_login(rep)

    assert len(client.get(PAGE).context["found"].walks) == 1
    deals = client.get(LIST, {"conversion": "deal_won"}).context["parts"]
    assert [part.conversion.value for part in deals] == [100]


def test_reps_see_their_colleagues_as_one(client, marketer):
    rep = RepFactory(first_name="Ada", last_name="Byron")
    others = RepFactory.create_batch(2, first_name="Max", last_name="Muster")
    contact = went(("phone", 3), by=rep)
    for other in others:
        touched(contact, ("phone", 2), by=other)
    accepted(contact, assignee=rep)
    query = {"by": "rep", "model": "markov", "beside": "linear"}

    def shown():
        page = client.get(PAGE, query)
        return sorted(row.line.label for row, _url in page.context["rows"])

    assert shown() == ["Ada Byron", "Max Muster", "Max Muster"]
    client.force_login(rep)
    assert shown() == ["Ada Byron", "Colleagues"]


def test_who_is_not_signed_in_is_asked_to(client):
    for path in (PAGE, LIST, FILE):
        assert client.get(path).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_as_many_queries_for_three_as_for_one(
    client, marketer, django_assert_num_queries, count
):
    for _contact in range(count):
        won(went(("event", 3), ("email", 2)), Decimal(5))
        costing(10, channel="social")
    query = {"conversion": "deal_won", "model": "markov", "by": "channel"}

    # Session, user, workplace; conversions, touches, costs, others; the example;
    # whether reps are compared.
    with django_assert_num_queries(12):
        client.get(PAGE, query)
    with django_assert_num_queries(7):
        assert len(client.get(LIST, query).context["parts"]) == count
