"""Why sales declines leads, by what had led to them: page, API and the lists behind."""

from __future__ import annotations

import csv
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from insights.selectors.declines import declines
from insights.selectors.periods import last_days
from sales.models import Handoff, HandoffCause
from sales.services.handoffs import accept_handoff, decline_handoff, hand_off
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import InteractionFactory, MeasureFactory
from tests.factories.sales import CrossingFactory, DealFactory, HandoffFactory
from tests.factories.scoring import RuleFactory, ScoringModelFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PAGE, FILE, API = "/reports/", "/reports/losses.csv", "/api/v1/kpis/declines/"


def led_to(handoff, *causes):
    for cause in causes:
        kind, _colon, name = cause.partition(":")
        HandoffCause.objects.create(handoff=handoff, kind=kind, name=name)


def handoff(*causes, reason="", **fields):
    made = HandoffFactory(
        decline_reason=reason,
        status="declined" if reason else "offered",
        offered_at=NOW - timedelta(days=1),
        **fields,
    )
    led_to(made, *causes)
    return made


def found():
    return declines(last_days(30, at=timezone.now()), rows=Handoff.objects.all())


def rows_of(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return len(response.context["page"].rows)


def line(crossing_rule, points, dimension="engagement"):
    return {
        "rule": crossing_rule.name,
        "rule_id": crossing_rule.pk,
        "dimension": dimension,
        "points": points,
        "interactions": 1,
    }


def test_a_crossing_names_its_rules_and_where_what_they_count_came_from():
    contact = ContactFactory(owner=RepFactory())
    model = ScoringModelFactory()
    demo = RuleFactory(
        scoring_model=model, name="Asked for a demo", when={"kind": "demo_request"}
    )
    views = RuleFactory(scoring_model=model, name="Page view")
    lost = RuleFactory(scoring_model=model, name="Unsubscribed")
    fit = RuleFactory(scoring_model=model, name="Head of", dimension="fit", when={})
    ad = MeasureFactory(name="Search ad")
    InteractionFactory(contact=contact, kind="demo_request", utm={"campaign": "spring"})
    InteractionFactory(contact=contact, kind="demo_request", measure=ad)
    # No rule counts a download: where it came from led to nothing.
    InteractionFactory(
        contact=contact, kind="content_download", utm={"campaign": "fair"}
    )
    crossing = CrossingFactory(
        contact=contact,
        contributions=[
            line(demo, 40),
            line(views, 20),
            line(lost, -5),
            line(fit, 10, "fit"),
        ],
    )

    made = hand_off(crossing=crossing, at=timezone.now())
    hand_off(crossing=crossing, at=timezone.now())

    assert sorted(made.causes.values_list("kind", "name")) == [
        ("campaign", "spring"),
        ("measure", "Search ad"),
        ("rule", "Asked for a demo"),
        ("rule", "Head of"),
        ("rule", "Page view"),
    ]


def test_a_decline_counts_on_all_that_led_to_the_lead():
    rep = RepFactory()
    crossing = CrossingFactory(contact=ContactFactory(owner=rep))
    made = hand_off(crossing=crossing, at=NOW)
    led_to(made, "rule:Demo", "campaign:spring")
    accept_handoff(handoff=made, by=rep, at=NOW)

    decline_handoff(handoff=made, reason="no_budget", by=rep, at=NOW)

    [reason] = found().reasons
    assert (reason.key, reason.count) == ("no_budget", 1)
    causes = found().causes
    assert [(c.name, c.offered, c.declined) for c in causes["rule"]] == [("Demo", 1, 1)]
    [campaign] = causes["campaign"]
    assert (campaign.mostly, campaign.mostly_count) == ("No budget", 1)


def test_every_number_is_the_length_of_the_list_behind_it(client):
    client.force_login(MarketerFactory())
    handoff("rule:A", "campaign:x", reason="not_ready")
    handoff("rule:A", "rule:B", reason="bad_fit")
    handoff("rule:A", reason="not_ready")
    handoff("rule:A: & B", "measure:Ä 100 %")
    HandoffFactory(offered_at=NOW - timedelta(days=90), decline_reason="other")

    page = client.get(PAGE)
    report = page.context["declines"]

    assert (report.offered, report.declined) == (4, 3)
    assert [(r.key, r.count) for r in report.reasons] == [
        ("not_ready", 2),
        ("bad_fit", 1),
    ]
    for reason in report.reasons:
        assert rows_of(client, reason.url) == reason.count
    lines = [line for lines in report.causes.values() for line in lines]
    assert len(lines) == 5
    for cause in lines:
        assert rows_of(client, cause.url) == cause.offered
        assert rows_of(client, cause.declined_url) == cause.declined
    shown = unescape(page.content.decode())
    assert all(f'href="{cause.declined_url}"' in shown for cause in lines)


def test_the_api_says_what_the_page_shows(client):
    user = MarketerFactory()
    client.force_login(user)
    handoff("rule:A", reason="not_ready")
    handoff("rule:A")
    api = APIClient()
    api.force_authenticate(user)

    answer = api.get(API).json()

    shown = client.get(PAGE).context["declines"]
    assert (answer["offered"], answer["declined"]) == (shown.offered, shown.declined)
    assert answer["reasons"] == [
        {"reason": "not_ready", "label": "Not ready yet", "count": 1}
    ]
    assert answer["causes"] == [
        {
            "kind": "rule",
            "name": "A",
            "offered": 2,
            "declined": 1,
            "share": 50.0,
            "mostly": "Not ready yet",
        }
    ]
    assert api.get(API, {"days": "31"}).status_code == 400


def test_the_cause_that_stands_out_is_named_once_there_are_enough(client):
    client.force_login(MarketerFactory())
    for _ in range(4):
        handoff("rule:Guide", reason="not_ready")
    for _ in range(6):
        handoff("rule:Demo")
    assert found().worst is None

    handoff("rule:Guide", reason="bad_fit")

    assert found().worst.name == "Guide"
    page = " ".join(client.get(PAGE).content.decode().split())
    assert "5 of the 11 leads offered to sales were declined" in page
    assert "Most of all where “Guide” led to them: 100 % of 5." in page


def test_a_rep_sees_figures_of_the_leads_they_see(client):
    rep = RepFactory()
    handoff("rule:A", reason="not_ready", assignee=rep)
    handoff("rule:A", reason="not_ready")
    client.force_login(rep)

    report = client.get(PAGE).context["declines"]

    assert (report.offered, report.declined) == (1, 1)
    assert [cause.offered for cause in report.causes["rule"]] == [1]


def test_without_leads_the_page_says_what_will_be_there(client):
    client.force_login(MarketerFactory())
    assert "No lead was offered to sales" in client.get(PAGE).content.decode()
    handoff()
    assert "The one lead offered to sales was not declined." in " ".join(
        client.get(PAGE).content.decode().split()
    )


@pytest.mark.parametrize("cause", ["", "rule", "rule:", ":x", "x:y", "rule:nothing"])
def test_a_list_of_a_cause_that_is_none_is_no_error(client, cause):
    client.force_login(MarketerFactory())
    handoff("rule:A")

    expected = 1 if cause == "" else 0
    assert rows_of(client, f"/handoffs/?cause={cause}") == expected


def test_a_reason_nobody_can_give_is_not_found(client):
    client.force_login(MarketerFactory())
    assert client.get("/handoffs/?reason=weather").status_code == 404
    assert client.get("/handoffs/?cause=a%00b").status_code == 404


def test_the_file_has_what_the_page_shows(client):
    client.force_login(MarketerFactory())
    handoff("rule:=1+1", reason="not_ready")
    handoff("rule:=1+1")
    DealFactory(status="lost", reason="price", closed_at=NOW - timedelta(days=1))
    DealFactory(status="lost", reason="price", closed_at=NOW - timedelta(days=40))

    page = client.get(PAGE).content.decode()
    response = client.get(FILE)

    assert f'href="{FILE}?' in page
    lines = b"".join(response.streaming_content).decode().lstrip("\ufeff")
    assert [tuple(row.values()) for row in csv.DictReader(lines.splitlines())] == [
        ("handoffs", "reason", "Not ready yet", "", "1", ""),
        ("handoffs", "rule", "'=1+1", "2", "1", "Not ready yet"),
        ("deals", "reason", "Too expensive", "", "1", ""),
    ]
    assert client.get(FILE, {"period": "soon"}).status_code == 404


def test_the_file_has_what_its_reader_may_see(client):
    client.force_login(RepFactory())
    handoff("rule:A", reason="not_ready", assignee=RepFactory())
    DealFactory(
        status="lost", reason="price", closed_at=NOW, owner=RepFactory(), team=None
    )

    lines = b"".join(client.get(FILE).streaming_content).decode().splitlines()

    assert len(lines) == 1


@pytest.mark.parametrize("row_count", [1, 3])
def test_the_file_takes_as_many_queries_for_one_row_as_for_three(
    client, django_assert_num_queries, row_count
):
    client.force_login(MarketerFactory())
    for number in range(row_count):
        handoff(f"rule:Rule {number}", reason="not_ready")

    # Session, user; reasons, offered, causes of all and of the declined; deals.
    with django_assert_num_queries(7):
        client.get(FILE)


def test_as_many_queries_for_three_as_for_one(client, django_assert_num_queries):
    handoff("rule:A", "campaign:x", "measure:m", reason="not_ready")
    with django_assert_num_queries(4):
        found()
    for name in "BC":
        handoff(f"rule:{name}", f"campaign:{name}", f"measure:{name}", reason="other")
    with django_assert_num_queries(4):
        assert len(found().causes["rule"]) == 3


def test_the_workbench_breaks_declines_down_by_the_rules_of_the_model(client):
    client.force_login(MarketerFactory())
    model = ScoringModelFactory()
    RuleFactory(scoring_model=model, name="Page view")
    RuleFactory(scoring_model=model, name="Demo")
    panel = f"/reports/declines/{model.pk}/"
    nothing = client.get(panel).content.decode()
    for _number in range(2):
        handoff("rule:Page view", "rule:Demo", reason="not_ready")
    handoff("rule:Page view", "rule:Demo")
    handoff("rule:Demo", "campaign:spring")
    handoff("rule:Of another model", reason="bad_fit")

    shown = unescape(" ".join(client.get(panel).content.decode().split()))
    lines = client.get(panel).context["lines"]

    assert "No lead was offered to sales by these rules" in nothing
    assert [(line.name, line.declined, line.offered) for line in lines] == [
        ("Page view", 2, 3),
        ("Demo", 2, 4),
    ]
    assert "where “Page view” gave points: 2 of 3, mostly: Not ready yet" in shown
    assert rows_of(client, lines[0].declined_url) == 2
    assert rows_of(client, lines[0].url) == 3


@pytest.mark.parametrize("row_count", [1, 3])
def test_declines_by_rule_take_as_many_queries_for_one_rule_as_for_three(
    client, django_assert_num_queries, row_count
):
    client.force_login(MarketerFactory())
    model = ScoringModelFactory()
    for number in range(row_count):
        RuleFactory(scoring_model=model, name=f"Rule {number}")
        handoff(f"rule:Rule {number}", reason="not_ready")

    # Session, user, model, rules; reasons, offered, causes of all and of the declined.
    with django_assert_num_queries(8):
        client.get(f"/reports/declines/{model.pk}/")
