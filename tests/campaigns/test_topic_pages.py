"""Pages of topics and of what contacts are interested in."""

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.models import (
    AttendanceBatch,
    InterestSettings,
    Topic,
)
from campaigns.models.interest import WEIGHTS
from tests.campaigns.test_event_pages import text
from tests.factories.accounts import RepFactory
from tests.factories.campaigns import ContentFactory
from tests.factories.contacts import ContactFactory
from tests.factories.events import (
    EventFactory,
    InterestFactory,
    InterestProfileFactory,
    TopicFactory,
    TopicRuleFactory,
)
from tests.factories.journeys import (
    InteractionFactory,
    PhaseFactory,
    PhaseVisitFactory,
)

pytestmark = pytest.mark.django_db


# Topics --------------------------------------------------------------------------


def test_a_topic_is_added_changed_and_deleted(client, marketer):
    new = {"name": "Pumps", "addresses": "/pumps\n", "words": "pump\nheat pump"}
    assert client.post(reverse("campaigns:topic_new"), new).status_code == 302
    topic = Topic.objects.get()
    assert "heat pump" in text(client.get(reverse("campaigns:topic", args=[topic.pk])))

    client.post(reverse("campaigns:topic", args=[topic.pk]), {"name": "All pumps"})
    topic.refresh_from_db()
    assert (topic.name, topic.slug, topic.rules.count()) == ("All pumps", "pumps", 0)

    client.post(reverse("campaigns:topic_delete", args=[topic.pk]))
    assert not Topic.objects.exists()


def test_what_is_wrong_with_a_topic_is_said_at_its_field(client, marketer):
    response = client.post(reverse("campaigns:topic_new"), {"name": "A", "words": "x"})

    assert response.status_code == 422
    assert "At least two characters" in text(response)


def test_the_half_life_and_weights_are_shown_and_can_be_set(client, marketer):
    InterestSettings(pk=1, weights={"chat": 2.5}).save()
    form = client.get(reverse("campaigns:topics")).context["form"]
    shown = {field.html_name: field.value() for field in form}
    url = reverse("campaigns:fading")

    assert client.post(url, shown | {"half_life_days": "nan"}).status_code == 422
    assert client.post(url, shown | {"weight_chat": "101"}).status_code == 422
    assert client.post(url, shown | {"weight_chat": ""}).status_code == 422
    assert InterestSettings.current().all_weights() == {**WEIGHTS, "chat": 2.5}

    changed = shown | {"half_life_days": "14", "weight_page_view": "0.5"}
    assert client.post(url, changed).status_code == 302
    settings = InterestSettings.current()
    assert settings.half_life_days == 14
    assert settings.weights == {"chat": 2.5, "page_view": 0.5}


def test_reps_read_the_weights(client):
    client.force_login(RepFactory())

    page = text(client.get(reverse("campaigns:topics")))

    assert "Asked for a demo" in page
    assert "weight_demo_request" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_topics_take_as_many_queries_for_one_as_for_three(
    client, marketer, django_assert_num_queries, rows
):
    TopicRuleFactory.create_batch(rows, topic__name="Pumps")
    client.get(reverse("campaigns:topics"))

    with django_assert_num_queries(6):
        response = client.get(reverse("campaigns:topics"))

    assert text(response).count("data-row=") == rows


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("topic_new", []),
        ("topic", [1]),
        ("topic_delete", [1]),
        ("fading", []),
        ("event_new", []),
        ("event_edit", [1]),
        ("event_delete", [1]),
        ("event_person", [1]),
        ("event_upload", [1]),
        ("attendance_map", [1]),
        ("attendance_start", [1]),
        ("attendance_discard", [1]),
        ("attendance_undo", [1]),
    ],
)
def test_reps_read_and_do_not_write(client, rep, name, args):
    TopicFactory(pk=1)
    event = EventFactory(pk=1)
    AttendanceBatch.objects.create(pk=1, event=event)

    assert client.post(reverse(f"campaigns:{name}", args=args)).status_code == 403
    for page in ("topics", "events"):
        assert client.get(reverse(f"campaigns:{page}")).status_code == 200
    assert client.get(reverse("campaigns:event", args=[1])).status_code == 200
    assert client.get(reverse("campaigns:attendance", args=[1])).status_code == 200


def test_strangers_are_asked_to_sign_in(client):
    for page in ("topics", "events"):
        assert client.get(reverse(f"campaigns:{page}")).status_code == 302


# The contact's page --------------------------------------------------------------


def panel(client, contact):
    return text(client.get(reverse("campaigns:contact_interests", args=[contact.pk])))


def test_interests_are_shown_with_words(client, rep):
    now = timezone.now()
    days = (now - timezone.datetime(2020, 1, 1, tzinfo=now.tzinfo)).days
    contact = InterestFactory(topic__name="Pumps", level=days / 30 + 4).contact
    InterestFactory(contact=contact, topic__name="Valves", level=days / 30 + 1)
    InterestFactory(contact=contact, topic__name="Faint", level=days / 30 - 9)
    InterestProfileFactory(contact=contact, favorite_channel="email", best_hour=0)

    shown = panel(client, contact)

    assert shown.index("Pumps") < shown.index("Valves")
    assert "strong" in shown
    assert "slight" in shown
    assert "Faint" not in shown
    assert "E-mail" in shown
    assert "0:00 to 0:59" in shown


def test_of_nobody_known_nothing_is_claimed(client, rep):
    shown = panel(client, ContactFactory())

    assert "No interests yet" in shown
    assert shown.count("too little to tell") == 2


def test_the_next_best_content_suits_interest_and_phase_and_is_new(client, rep):
    now = timezone.now()
    days = (now - timezone.datetime(2020, 1, 1, tzinfo=now.tzinfo)).days
    pumps, phase = TopicFactory(name="Pumps"), PhaseFactory(name="Compare")
    contact = InterestFactory(topic=pumps, level=days / 30 + 4).contact
    PhaseVisitFactory(contact=contact, phase=phase)
    about = ContentFactory(title="About pumps")
    suits = ContentFactory(title="Pump comparison")
    taken = ContentFactory(title="Pump primer")
    ContentFactory(title="Something else")
    ContentFactory(title="Put away", archived_at=now).topics.add(pumps)
    for content in (about, suits, taken):
        content.topics.add(pumps)
    suits.phases.add(phase)
    InteractionFactory(
        contact=contact, kind="content_download", properties={"content": taken.slug}
    )

    shown = panel(client, contact)

    assert shown.index("Pump comparison") < shown.index("About pumps")
    assert "suits the phase Compare" in shown
    for title in ("Pump primer", "Something else", "Put away"):
        assert title not in shown


@pytest.mark.parametrize("rows", [1, 3])
def test_the_panel_takes_as_many_queries_for_one_as_for_three(
    client, rep, django_assert_num_queries, rows
):
    contact = ContactFactory()
    for _row in range(rows):
        topic = TopicFactory()
        InterestFactory(contact=contact, topic=topic, level=100)
        ContentFactory().topics.add(topic)
    panel(client, contact)

    with django_assert_num_queries(11):
        shown = panel(client, contact)

    assert shown.count("<li>") == rows


def test_the_contacts_page_brings_the_panel(client, rep):
    contact = ContactFactory()
    url = reverse("campaigns:contact_interests", args=[contact.pk])

    assert url in text(client.get(reverse("contacts:detail", args=[contact.pk])))
    assert client.get(url.replace(str(contact.pk), "999")).status_code == 404
