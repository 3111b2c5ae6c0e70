"""The doors under ``/t/``, which everybody reaches."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journeys.beacon import BadBeacon, read_beacon
from journeys.models import AnonymousView, DailySalt, Interaction, Visitor
from journeys.models.interaction import Channel
from journeys.services import day_ids
from journeys.tasks import forget_salts
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import (
    TrackedLinkFactory,
)

pytestmark = pytest.mark.django_db
BROWSER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)
CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
KEY = "0123456789abcdef" * 2


def beacon(**values) -> dict:
    page = {"kind": "page_view", "id": "e" * 12, "url": "https://shop.example/a?b=1#c"}
    return page | values


def report(client, headers=None, **values):
    body = json.dumps(beacon(**values))
    return client.post("/t/collect", body, content_type="text/plain", headers=headers)


# The snippet ---------------------------------------------------------------------


def test_snippet_is_small_and_kept(anybody, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = anybody.get("/t/leadhub.js")
    again = anybody.get("/t/leadhub.js", headers={"If-None-Match": response["ETag"]})

    assert response["Content-Type"].startswith("text/javascript")
    assert "max-age=3600" in response["Cache-Control"]
    assert len(response.content) < 8 * 1024
    assert (again.status_code, again.content) == (304, b"")
    assert not response.cookies


# The beacon ----------------------------------------------------------------------


def test_without_consent_a_visit_has_a_pseudonym_and_no_visitor(anybody):
    response = report(anybody, title="  Prices\n", referrer="https://www.google.de/")

    assert response.status_code == 204
    assert response["Access-Control-Allow-Origin"] == "*"
    assert not response.cookies
    view = AnonymousView.objects.get()
    assert view.url == "https://shop.example/a?b=1"
    assert (view.title, view.channel) == ("Prices", Channel.ORGANIC_SEARCH)
    assert not Visitor.objects.exists()
    assert not Interaction.objects.exists()


def test_a_pseudonym_is_of_one_browser_site_and_day(anybody):
    report(anybody)
    report(anybody)
    report(anybody, url="https://other.example/")
    report(anybody, headers={"User-Agent": "Mozilla/5.0 Firefox/140"})
    ids = list(AnonymousView.objects.order_by("pk").values_list("day_id", flat=True))
    DailySalt.objects.all().delete()
    day_ids._today.clear()  # as on the next day
    report(anybody)

    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert AnonymousView.objects.last().day_id not in ids


def test_secrets_of_past_days_are_destroyed():
    today = timezone.localdate()
    DailySalt.objects.create(day=today, salt=b"x" * 32)
    DailySalt.objects.create(day=today - timedelta(days=1), salt=b"y" * 32)

    forget_salts()

    assert [row.day for row in DailySalt.objects.all()] == [today]


def test_tracking_before_consent_can_be_off(anybody, settings):
    settings.TRACKING_BEFORE_CONSENT = False

    assert report(anybody).status_code == 204

    assert not AnonymousView.objects.exists()
    assert not DailySalt.objects.exists()


def test_with_consent_an_interaction_of_the_visitor(anybody):
    url = "https://shop.example/?utm_source=linkedin&utm_medium=social&lhc=abc&x=1"
    for _ in range(2):
        report(anybody, visitor=KEY, consent=True, url=url, properties={"n": 1})

    [row] = Interaction.objects.all()
    visitor = Visitor.objects.get()
    assert visitor.digest == Visitor.digest_of(KEY)
    assert KEY not in str(vars(visitor))
    assert (row.visitor, row.contact, row.source) == (visitor, None, "website")
    assert row.utm == {"source": "linkedin", "medium": "social"}
    assert row.channel == Channel.SOCIAL
    assert "lhc" not in row.url
    assert row.url.endswith("x=1")
    assert row.properties == {"n": 1}


def test_a_cookie_without_consent_is_not_looked_at(anybody):
    report(anybody, visitor=KEY)
    report(anybody, visitor=KEY, consent=False)

    assert not Visitor.objects.exists()


def test_what_a_crawler_views_is_told_apart(anybody):
    report(anybody, headers={"User-Agent": CRAWLER})
    report(anybody, headers={"User-Agent": CRAWLER}, visitor=KEY, consent=True)

    assert AnonymousView.objects.get().is_machine
    row = Interaction.objects.get()
    assert (row.is_machine, row.machine_reason) == (True, "crawler")


@pytest.mark.parametrize("kind", ["email_click", "meeting", "unsubscribe", "no slug"])
def test_a_site_cannot_report_what_is_ours_to_say(anybody, kind):
    assert report(anybody, kind=kind, visitor=KEY, consent=True).status_code == 400
    assert not Interaction.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"source": "crm"},
        {"occurred_at": "2020-01-01T00:00:00Z"},
        {"contact": {"id": 1}},
        {"id": "short"},
        {"visitor": "x" * 32},
        {"url": "javascript:alert(1)"},
        {"url": "https://[::1"},
        {"url": "https://a.example:99999999/"},
        {"url": "https://a.example/?" + "a&" * 500},
        {"consent": "yes"},
        {"properties": {"a": {"b": 1}}},
        {"properties": {str(n): 1 for n in range(31)}},
        {"form": {"password": "x"}},
        {"form": {"email": 5}},
        {"title": ["x"]},
    ],
)
def test_what_the_snippet_never_sends_is_refused(anybody, changes):
    assert (
        report(anybody, **{"visitor": KEY, "consent": True, **changes}).status_code
        == 400
    )
    assert not Interaction.objects.exists()


def test_too_large_is_refused(anybody):
    assert report(anybody, title="x" * 17_000).status_code == 413


def test_one_network_cannot_flood(anybody, settings):
    settings.BEACONS_PER_MINUTE = 3

    statuses = [report(anybody).status_code for _ in range(5)]
    elsewhere = anybody.post(
        "/t/collect", json.dumps(beacon()), "text/plain", REMOTE_ADDR="198.51.100.7"
    )

    assert statuses == [204, 204, 204, 429, 429]
    assert elsewhere.status_code == 204


def test_other_sites_may_ask_first(anybody):
    response = anybody.options("/t/collect", headers={"Origin": "https://shop.example"})

    assert response.status_code == 204
    assert response["Access-Control-Allow-Methods"] == "POST"
    assert anybody.get("/t/collect").status_code == 405


# Whatever anybody sends ---------------------------------------------------------


TEXTS = st.text(max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4)
    ),
    max_leaves=8,
)
KEYS_AND_VALUES = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.just("page_view") | st.just("consent") | JSON,
        "id": st.just("e" * 12) | JSON,
        "url": st.just("https://a.example/") | st.from_regex(r"https?://.*") | JSON,
        "title": JSON,
        "referrer": JSON,
        "visitor": st.just(KEY) | JSON,
        "consent": st.booleans() | JSON,
        "consent_text": JSON,
        "click": st.from_regex(r"[A-Za-z0-9_:-]{20,120}", fullmatch=True) | JSON,
        "properties": st.dictionaries(TEXTS, TEXTS, max_size=3) | JSON,
        "form": st.fixed_dictionaries(
            {},
            optional={"email": TEXTS | st.emails(), "phone": TEXTS, "company": TEXTS},
        )
        | JSON,
    },
)


@given(
    body=st.binary(max_size=200)
    | JSON.map(lambda value: json.dumps(value).encode())
    | KEYS_AND_VALUES.map(lambda value: json.dumps(value).encode())
)
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_beacon_is_a_500(anybody, settings, body):
    settings.BEACONS_PER_MINUTE = 10**9

    response = anybody.post("/t/collect", body, content_type="text/plain")

    assert response.status_code in {204, 400}


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[" * 16_000, b'{"kind":' * 2000, b"1" * 5000, b'"\\ud800"']
)
def test_hostile_json_is_refused(body):
    with pytest.raises(BadBeacon):
        read_beacon(body)


# The invisible image -------------------------------------------------------------


def test_an_open_counts_once_and_the_image_is_always_the_same(anybody):
    pixel = TrackedLinkFactory(
        target_url="", contact=ContactFactory(), channel=Channel.EMAIL
    )
    link = TrackedLinkFactory(contact=ContactFactory())

    tokens = [pixel.token, pixel.token, "nothing", link.token, "x" * 500]
    answers = [anybody.get(f"/t/o/{token}.gif") for token in tokens]

    assert {(answer.status_code, answer.content) for answer in answers} == {
        (200, answers[0].content)
    }
    assert answers[0].content.startswith(b"GIF89a")
    [row] = Interaction.objects.all()
    assert (row.kind, row.contact, row.link) == ("email_open", pixel.contact, pixel)
    assert not row.is_machine


def test_a_privacy_proxy_is_no_reader(anybody):
    pixel = TrackedLinkFactory(target_url="", contact=ContactFactory())

    proxy = {"User-Agent": "Mozilla/5.0 (via ggpht.com GoogleImageProxy)"}
    anybody.get(f"/t/o/{pixel.token}.gif", headers=proxy)
    anybody.get(f"/t/o/{pixel.token}.gif")

    reasons = Interaction.objects.order_by("machine_reason")
    assert [row.machine_reason for row in reasons] == ["", "privacy_proxy"]


# What it costs -------------------------------------------------------------------


@pytest.mark.postgresql
def test_no_door_asks_for_more_than_it_needs(anybody, django_assert_num_queries):
    link = TrackedLinkFactory()
    pixel = TrackedLinkFactory(target_url="", contact=ContactFactory())
    report(anybody, visitor=KEY, consent=True)
    report(anybody)

    with django_assert_num_queries(1):
        report(anybody, id="f" * 12)
    with django_assert_num_queries(2):  # visitor, interaction
        report(anybody, visitor=KEY, consent=True, id="g" * 12)
    with django_assert_num_queries(2):  # link, interaction
        anybody.get(f"/t/c/{link.token}")
    with django_assert_num_queries(
        6
    ):  # link, consent, interaction, two marks, webhooks
        anybody.get(f"/t/o/{pixel.token}.gif")
    with django_assert_num_queries(1):
        anybody.get("/t/c/nothing")
