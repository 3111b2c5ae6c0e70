"""The link of a mail that people do not see, and what it says of who takes it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.services.links import hidden_link_for, link_for
from journeys.models import Interaction
from scoring.selectors.explain import explain
from tests.campaigns.test_choices import path_of
from tests.factories.campaigns import MessageFactory
from tests.factories.contacts import ConsentFactory
from tests.factories.scoring import RuleFactory, ScoringModelFactory
from tests.journeys.test_public import BROWSER

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def mail_with_links(*, is_personal: bool = True):
    """Its message, the way to its link and that to its hidden link."""
    message = MessageFactory(
        purpose="marketing",
        state="sent",
        transmitted_at=timezone.now() - timedelta(hours=1),
    )
    ConsentFactory(contact=message.contact, purpose="email_tracking")
    more = {"is_personal": is_personal, "at": timezone.now()}
    link = link_for(message, target_url="https://a.example/", **more)
    return message, path_of(link), path_of(hidden_link_for(message, **more))


def take(*paths, agent=BROWSER, network="203.0.113.7"):
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=network)
    return [client.get(path).status_code for path in paths]


def reasons() -> list[str]:
    rows = Interaction.objects.filter(link__isnull=False).order_by("recorded_at")
    return [row.machine_reason for row in rows]


@pytest.mark.parametrize("is_personal", [True, False])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_who_takes_it_is_a_machine_in_all_of_that_mail(is_personal, order):
    message, *paths = mail_with_links(is_personal=is_personal)
    RuleFactory(
        scoring_model=ScoringModelFactory(is_active=True),
        points=10,
        when={"kind": ["email_click", "email_open"]},
    )

    answers = take(*(paths[place] for place in order))

    assert sorted(answers) == [302, 404]
    assert reasons() == ["honeypot", "honeypot"]
    assert Interaction.objects.by_people().count() == 0
    assert explain(message.contact, timezone.now()).total == 0


@pytest.mark.parametrize(
    "person", [{"agent": BROWSER + " other"}, {"network": "198.51.100.7"}]
)
def test_other_browsers_and_networks_stay_peoples(person):
    _message, link, hidden = mail_with_links()

    take(link, **person)
    take(hidden)

    assert reasons() == ["", "honeypot"]


def test_the_person_who_takes_the_link_after_the_machine_counts():
    _message, link, hidden = mail_with_links()

    take(link, hidden)
    take(link, agent=BROWSER + " other")

    assert reasons() == ["honeypot", "honeypot", ""]


def test_it_says_nothing_of_other_mails_and_of_later():
    _message, link, hidden = mail_with_links()
    _other, other_link, _other_hidden = mail_with_links()

    take(hidden, other_link)
    Interaction.objects.update(occurred_at=timezone.now() - timedelta(hours=1))
    take(link)

    assert reasons() == ["honeypot", "", ""]


def test_it_looks_like_a_link_that_never_was():
    _message, _link, hidden = mail_with_links()
    anybody = Client(headers={"User-Agent": BROWSER})

    taken, unknown = anybody.get(hidden), anybody.get("/t/c/" + "x" * 43)

    assert (taken.status_code, taken.content) == (404, unknown.content)


def test_asking_with_head_says_nothing():
    _message, link, hidden = mail_with_links()

    Client(headers={"User-Agent": BROWSER}).head(hidden)
    take(link)

    assert reasons() == [""]
