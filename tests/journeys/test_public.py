"""The doors under ``/t/``, which everybody reaches."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.models import Contact
from journeys.beacon import BadBeacon, read_beacon
from journeys.models import AnonymousView, DailySalt, Interaction, Visitor
from journeys.models.interaction import Channel
from journeys.services import day_ids
from journeys.services.clicks import CLICK_COUNTS
from journeys.tasks import forget_salts
from scoring.models import StaleMark
from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import (
    InteractionFactory,
    MeasureFactory,
    TrackedLinkFactory,
)

pytestmark = pytest.mark.django_db
BROWSER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)
CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
KEY = "0123456789abcdef" * 2


@pytest.fixture
def anybody() -> Client:
    return Client(headers={"User-Agent": BROWSER}, enforce_csrf_checks=True)


def beacon(**values) -> dict:
    page = {"kind": "page_view", "id": "e" * 12, "url": "https://shop.example/a?b=1#c"}
    return page | values


def report(client, headers=None, **values):
    body = json.dumps(beacon(**values))
    return client.post("/t/collect", body, content_type="text/plain", headers=headers)


def location(response):
    parts = urlsplit(response["Location"])
    return parts._replace(query="").geturl(), parse_qs(parts.query)


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


# Tracked links -------------------------------------------------------------------


def test_a_link_leads_to_its_target_with_utm_and_counts(anybody):
    link = TrackedLinkFactory(
        target_url="https://www.example.com/offer?utm_source=own&a=1#part",
        utm={"source": "fair", "campaign": "spring"},
        measure=MeasureFactory(),
        rep=RepFactory(),
    )

    response = anybody.get(f"/t/c/{link.token}?to=https://evil.example")

    assert response.status_code == 302
    to, query = location(response)
    assert to == "https://www.example.com/offer#part"
    assert query.pop("lhc")
    assert query == {"utm_source": ["own"], "a": ["1"], "utm_campaign": ["spring"]}
    row = Interaction.objects.get()
    assert (row.link, row.measure, row.by) == (link, link.measure, link.rep)
    assert (row.kind, row.channel, row.contact) == ("link_click", Channel.SOCIAL, None)


def test_a_link_for_everybody_counts_each_time(anybody):
    link = TrackedLinkFactory()

    for _ in range(2):
        anybody.get(f"/t/c/{link.token}")

    assert link.interactions.count() == 2


def test_a_personal_link_counts_once_for_people_and_apart_for_machines(anybody):
    link = TrackedLinkFactory(contact=ContactFactory(), channel=Channel.EMAIL)

    for agent in (CRAWLER, CRAWLER, BROWSER, BROWSER):
        anybody.get(f"/t/c/{link.token}", headers={"User-Agent": agent})

    rows = Interaction.objects.order_by("recorded_at")
    assert [(row.kind, row.is_machine) for row in rows] == [
        ("email_click", True),
        ("email_click", False),
    ]
    assert rows[1].contact == link.contact
    assert StaleMark.objects.filter(contact=link.contact).exists()


def test_asking_with_head_is_not_counted(anybody):
    link = TrackedLinkFactory(contact=ContactFactory())
    pixel = TrackedLinkFactory(contact=ContactFactory(), target_url="")

    response = anybody.head(f"/t/c/{link.token}")
    anybody.head(f"/t/o/{pixel.token}.gif")

    assert (response.status_code, response["Location"]) == (302, link.target_url)
    assert not Interaction.objects.exists()


@pytest.mark.parametrize(
    "headers", [{"Sec-Purpose": "prefetch;prerender"}, {"X-Moz": "prefetch"}]
)
def test_prefetching_is_not_clicking(anybody, headers):
    anybody.get(f"/t/c/{TrackedLinkFactory().token}", headers=headers)

    assert Interaction.objects.get().machine_reason == "prefetch"


def test_unknown_links_all_look_the_same(anybody):
    pixel = TrackedLinkFactory(target_url="", contact=ContactFactory())

    tokens = ["x", "y" * 43, "z" * 900, pixel.token, "%00", "ü"]
    answers = [anybody.get(f"/t/c/{token}") for token in tokens]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_three_links_at_once_were_a_machine(anybody):
    contact = ContactFactory()
    links = TrackedLinkFactory.create_batch(3, contact=contact)
    long_ago = InteractionFactory(
        contact=contact,
        link=links[0],
        occurred_at=timezone.now() - timedelta(minutes=1),
    )

    for link in links:
        anybody.get(f"/t/c/{link.token}")

    rows = Interaction.objects.exclude(pk=long_ago.pk)
    assert [(row.is_machine, row.machine_reason) for row in rows] == [
        (True, "burst")
    ] * 3
    long_ago.refresh_from_db()
    assert not long_ago.is_machine
    Interaction.objects.update(occurred_at=timezone.now() - timedelta(minutes=1))
    anybody.get(f"/t/c/{links[0].token}")
    assert Interaction.objects.by_people().count() == 2


# A click that a browser confirms --------------------------------------------------


def clicked(client, link, agent=BROWSER) -> str:
    response = client.get(f"/t/c/{link.token}", headers={"User-Agent": agent})
    return location(response)[1]["lhc"][0]


def test_a_browser_clears_the_verdict(anybody):
    link = TrackedLinkFactory(contact=ContactFactory())
    click = clicked(anybody, link, agent="curl/8.0 Googlebot" and CRAWLER)
    StaleMark.objects.all().delete()

    report(anybody, click=click)

    row = Interaction.objects.get(link=link)
    assert (row.is_machine, row.machine_reason) == (False, "cleared")
    assert StaleMark.objects.get().contact == link.contact
    assert not Visitor.objects.exists()


def test_a_crawler_that_runs_scripts_clears_nothing(anybody):
    click = clicked(anybody, TrackedLinkFactory(), agent=CRAWLER)

    report(anybody, click=click, headers={"User-Agent": CRAWLER})

    assert Interaction.objects.get().is_machine


def test_a_personal_link_makes_the_visitor_the_contact_from_then_on(anybody):
    report(anybody, visitor=KEY, consent=True, id="before-12345")
    link = TrackedLinkFactory(contact=ContactFactory())

    report(anybody, visitor=KEY, consent=True, click=clicked(anybody, link))

    visitor = Visitor.objects.get()
    assert (visitor.contact, visitor.level) == (link.contact, 2)
    before, click, after = Interaction.objects.order_by("recorded_at")
    assert (before.contact, click.contact, after.contact) == (
        None,
        link.contact,
        link.contact,
    )
    assert click.visitor == visitor


def test_a_click_is_confirmed_by_one_browser_only(anybody):
    link = TrackedLinkFactory(contact=ContactFactory())
    click = clicked(anybody, link)
    report(anybody, visitor=KEY, consent=True, click=click)

    report(anybody, visitor="f" * 32, consent=True, click=click)

    assert Visitor.objects.filter(contact=None).count() == 1


def test_a_forwarded_mail_does_not_make_somebody_else(anybody):
    link = TrackedLinkFactory(contact=ContactFactory())
    report(anybody, visitor=KEY, consent=True, form={"email": "bob@example.com"})
    bob = Contact.objects.get(email="bob@example.com")

    report(
        anybody, visitor=KEY, consent=True, click=clicked(anybody, link), id="x" * 12
    )
    report(anybody, visitor=KEY, consent=True, id="y" * 12)

    assert [v.contact for v in Visitor.objects.order_by("pk")] == [bob, None]
    assert Interaction.objects.filter(contact=link.contact).count() == 1
    assert Interaction.objects.filter(contact=bob).count() == 1


@pytest.mark.parametrize("click", ["x" * 43, "aaaaaaaaaaaaaaaaaaaaaa:bbbbbb:cccccccc"])
def test_made_up_clicks_do_nothing(anybody, click):
    clicked(anybody, TrackedLinkFactory(contact=ContactFactory()))

    assert report(anybody, visitor=KEY, consent=True, click=click).status_code == 204

    assert Visitor.objects.get().contact is None


def test_old_clicks_do_nothing(anybody, time_machine_at):
    click = clicked(anybody, TrackedLinkFactory(contact=ContactFactory()))

    with time_machine_at(timezone.now() + CLICK_COUNTS + timedelta(seconds=2)):
        report(anybody, visitor=KEY, consent=True, click=click)

    assert Visitor.objects.get().contact is None


@pytest.fixture
def time_machine_at():
    import time_machine

    return lambda moment: time_machine.travel(moment, tick=True)


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
