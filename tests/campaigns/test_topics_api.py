"""``topics/``, ``interest-settings/`` and ``contacts/{id}/interests/`` over REST."""

from datetime import UTC, datetime
from math import log2

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from campaigns.interests import days_of
from campaigns.models import InterestMark, InterestSettings, Topic
from tests.factories.accounts import RepFactory
from tests.factories.campaigns import ContentFactory
from tests.factories.contacts import ContactFactory, SegmentFactory
from tests.factories.events import (
    InterestFactory,
    InterestProfileFactory,
    TopicFactory,
    TopicRuleFactory,
)
from tests.factories.journeys import InteractionFactory, PhaseFactory, PhaseVisitFactory

pytestmark = pytest.mark.django_db
TOPICS, SETTINGS = "/api/v1/topics/", "/api/v1/interest-settings/"
PUMPS = {"name": "Pumps", "addresses": ["/pumps"], "words": ["pump"]}


def level_of(strength):
    """The level of what is so strong now."""
    return log2(strength) + days_of(timezone.now()) / 30


def interests(api, contact):
    return api.get(f"/api/v1/contacts/{contact.pk}/interests/").json()


def test_a_topic_is_made_changed_and_deleted(api):
    made = api.post(TOPICS, PUMPS, format="json")
    where = made["Location"]
    changed = api.patch(where, {"words": ["Pump", "impeller"]}, format="json")

    assert made.status_code == 201
    assert made.json() == {"id": made.json()["id"], "slug": "pumps", **PUMPS}
    assert changed.json()["words"] == ["impeller", "pump"]
    assert (changed.json()["name"], changed.json()["addresses"]) == (
        "Pumps",
        ["/pumps"],
    )
    assert api.get(where).json() == changed.json()
    assert api.delete(where).status_code == 204
    assert not Topic.objects.exists()


def test_a_change_of_rules_counts_interests_anew(api):
    InteractionFactory()

    where = api.post(TOPICS, PUMPS, format="json")["Location"]
    marks = InterestMark.objects.count()
    api.patch(where, {"name": "Our pumps"}, format="json")

    assert marks == InterestMark.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "name"),
        ({"name": "!"}, "name"),
        ({"name": "A", "words": ["x"]}, "words"),
        ({"name": "A", "addresses": "/a"}, "addresses"),
        ({"name": "A", "addresses": [f"/{n}" for n in range(10, 61)]}, "addresses"),
        ({"name": "A", "slug": "b"}, "slug"),
    ],
)
def test_what_is_no_topic_is_refused(api, body, attr):
    answer = api.post(TOPICS, body, format="json")

    assert answer.status_code == 400
    assert {e["attr"] for e in answer.json()["errors"]} == {attr}
    assert not Topic.objects.exists()


def test_a_name_is_taken_once_and_one_that_a_condition_names_stays(api):
    topic = TopicFactory(slug="pumps", name="Pumps")
    SegmentFactory(condition={"field": "interest.pumps", "op": "gte", "value": 1})

    again = api.post(TOPICS, PUMPS, format="json")
    gone = api.delete(f"{TOPICS}{topic.pk}/")

    assert (again.status_code, gone.status_code) == (409, 409)
    assert again.json()["errors"][0]["code"] == "name_taken"
    assert gone.json()["errors"][0]["code"] == "topic_in_use"


def test_half_life_and_weights_are_read_and_changed(api):
    before = api.get(SETTINGS).json()
    weights = {"page_view": 4, "chat": 0.5}

    body = {"half_life_days": 10, "weights": weights}
    changed = api.patch(SETTINGS, body, format="json")

    assert before["half_life_days"] == 30
    assert before["weights"]["page_view"] == 1
    assert changed.status_code == 200
    assert changed.json() == api.get(SETTINGS).json()
    assert changed.json() == {
        "half_life_days": 10,
        "weights": {**before["weights"], **weights},
    }


@pytest.mark.parametrize(
    "body",
    [
        {"half_life_days": 0},
        {"half_life_days": 4000},
        {"weights": {"page_view": 101}},
        {"weights": {"page_view": -1}},
        {"weights": {"no kind": 1}},
        {"weights": []},
        {"half_life": 3},
    ],
)
def test_settings_that_cannot_be_are_refused(api, body):
    assert api.patch(SETTINGS, body, format="json").status_code == 400
    assert not InterestSettings.objects.exists()


def test_reps_read_only():
    api = APIClient()
    api.force_login(RepFactory())

    assert api.get(TOPICS).status_code == api.get(SETTINGS).status_code == 200
    assert api.post(TOPICS, PUMPS, format="json").status_code == 403
    assert api.patch(SETTINGS, {}, format="json").status_code == 403


def test_interests_of_a_contact_with_how_to_reach_them_and_what_is_next(api):
    contact, pumps = ContactFactory(), TopicFactory(slug="pumps", name="Pumps")
    phase = PhaseFactory(name="Consideration")
    PhaseVisitFactory(contact=contact, phase=phase)
    seen = datetime(2026, 3, 2, tzinfo=UTC)
    for topic, strength in ((TopicFactory(), 2), (pumps, 8), (TopicFactory(), 0.1)):
        InterestFactory(
            contact=contact,
            topic=topic,
            level=level_of(strength),
            count=3,
            last_at=seen,
        )
    InterestProfileFactory(contact=contact, favorite_channel="email", best_hour=0)
    guide = ContentFactory(title="Choosing a pump")
    guide.topics.add(pumps)
    guide.phases.add(phase)

    found = interests(api, contact)

    assert (found["favorite_channel"], found["best_hour"]) == ("email", 0)
    first, second = found["interests"]
    assert first["strength"] == pytest.approx(8, rel=1e-3)
    assert second["share"] == pytest.approx(0.25, rel=1e-3)
    assert (first["topic"], first["name"], first["count"]) == ("pumps", "Pumps", 3)
    assert datetime.fromisoformat(first["last_at"]) == seen
    assert found["next_contents"] == [
        {
            "content": guide.pk,
            "title": "Choosing a pump",
            "topics": ["Pumps"],
            "phase": "Consideration",
            "url": guide.url,
        }
    ]


def test_of_whom_nothing_is_known_there_is_nothing(api):
    assert interests(api, ContactFactory()) == {
        "favorite_channel": None,
        "best_hour": None,
        "interests": [],
        "next_contents": [],
    }
    assert api.get("/api/v1/contacts/7/interests/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_doors_take_no_more_queries_for_more_rows(
    api, django_assert_num_queries, count
):
    contact = ContactFactory()
    for _ in range(count):
        topic = TopicRuleFactory().topic
        InterestFactory(contact=contact, topic=topic, level=level_of(8))
        ContentFactory().topics.add(topic)

    with django_assert_num_queries(4):  # session, user; rows, rules
        api.get(TOPICS)
    # Session, user, contact, interests; seven of contents.
    with django_assert_num_queries(11):
        interests(api, contact)
