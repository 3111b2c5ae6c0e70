"""Tracked links, and clicks that a browser confirms."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from contacts.models import Contact
from journeys.models import Interaction, Visitor
from journeys.models.interaction import Channel
from journeys.services.clicks import CLICK_COUNTS
from scoring.models import StaleMark
from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import (
    InteractionFactory,
    MeasureFactory,
    TrackedLinkFactory,
)
from tests.journeys.test_public import BROWSER, CRAWLER, KEY, report

pytestmark = pytest.mark.django_db


def location(response):
    parts = urlsplit(response["Location"])
    return parts._replace(query="").geturl(), parse_qs(parts.query)


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
