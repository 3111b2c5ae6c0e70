"""Interests as they are stored, laid down, asked for and named."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.models import (
    Interest,
    InterestMark,
    InterestProfile,
    InterestSettings,
    TopicRule,
)
from campaigns.rendering.mails import Draft
from campaigns.selectors.interests import interests_of
from campaigns.selectors.values import names_to_fill_in, values_of
from campaigns.services import interests as counting
from campaigns.services.interest_marks import (
    mark_all_interests_stale,
    mark_interests_stale,
)
from campaigns.services.interests import recount_interests, recount_stale_interests
from campaigns.services.topics import (
    TopicInUse,
    delete_topic,
    save_interest_settings,
    save_topic,
)
from campaigns.services.trying import preview_mail
from contacts.conditions.evaluation import contacts_matching, matches
from contacts.conditions.validation import validate
from contacts.models import Contact
from contacts.services.contacts import update_contact
from journeys.models import Interaction
from journeys.services.tracking import Report, track_interactions
from leadhub.errors import InvalidValue
from tests.campaigns.interest_times import NOW
from tests.factories.accounts import MarketerFactory
from tests.factories.contacts import ContactFactory, SegmentFactory
from tests.factories.events import (
    InterestFactory,
    InterestProfileFactory,
    TopicFactory,
    TopicRuleFactory,
)
from tests.factories.journeys import InteractionFactory

# Stored --------------------------------------------------------------------------


def tracked(contact, at=None, **values):
    at = at or timezone.now()
    values = {"kind": "page_view", "source": "website", "occurred_at": at} | values
    track_interactions(reports=[Report(contact=contact, **values)], at=at)


@pytest.mark.django_db
def test_what_is_tracked_becomes_an_interest(django_capture_on_commit_callbacks):
    topic = TopicRuleFactory(text="/pumps").topic
    contact = ContactFactory()

    tracked(contact, url="https://example.com/pumps")
    recount_stale_interests()

    [found] = interests_of(contact, at=timezone.now())
    assert (found.topic, found.count) == (topic.name, 1)
    assert found.strength == pytest.approx(1, rel=1e-3)
    assert not InterestMark.objects.exists()


@pytest.mark.django_db
def test_counting_again_changes_nothing():
    TopicRuleFactory(text="/pumps")
    contact = ContactFactory()
    tracked(contact, url="/pumps", event_id="1")
    recount_stale_interests()
    before = Interest.objects.values_list("contact", "topic", "level", "count").get()

    tracked(contact, url="/pumps", event_id="1")
    mark_interests_stale(contact_ids=[contact.pk], at=timezone.now())
    recount_stale_interests()

    after = Interest.objects.values_list("contact", "topic", "level", "count").get()
    assert after == before


@pytest.mark.django_db
def test_machine_traffic_is_left_out():
    TopicRuleFactory(text="/pumps")
    contact = ContactFactory()

    tracked(contact, url="/pumps", is_machine=True)
    recount_stale_interests()

    assert interests_of(contact, at=timezone.now()) == []


@pytest.mark.django_db
def test_what_turns_out_to_be_a_machine_is_taken_out():
    TopicRuleFactory(text="/pumps")
    contact = ContactFactory()
    tracked(contact, url="/pumps")
    recount_stale_interests()

    Interaction.objects.update(is_machine=True)
    data = {"job_title": "Head"}
    update_contact(
        contact=contact, data=data, by=None, at=timezone.now(), source="test"
    )
    recount_stale_interests()

    assert not Interest.objects.exists()


@pytest.mark.django_db
def test_marks_that_come_while_counting_are_kept(monkeypatch):
    contact = ContactFactory()
    mark_interests_stale(contact_ids=[contact.pk], at=timezone.now())
    count = counting._count

    def meanwhile(ids, *, at):
        mark_interests_stale(contact_ids=ids, at=at)
        return count(ids, at=at)

    monkeypatch.setattr(counting, "_count", meanwhile)
    recount_interests(contact_ids=[contact.pk], at=timezone.now())

    assert InterestMark.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("people", [1, 3])
def test_counting_takes_as_many_queries_for_one_as_for_three(
    django_assert_num_queries, people
):
    TopicRuleFactory(text="/pumps")
    contacts = ContactFactory.create_batch(people)
    for contact in contacts:
        InteractionFactory(contact=contact, url="/pumps")
        InterestProfileFactory(contact=contact)
    ids = [contact.pk for contact in contacts]
    mark_interests_stale(contact_ids=ids, at=timezone.now())

    # savepoint twice; profiles, marks; settings, links, rules, topics, zones, interactions;
    # old ones looked up and gone, new ones, profiles, marks.
    with django_assert_num_queries(14):
        recount_interests(contact_ids=ids, at=timezone.now())


@pytest.mark.django_db
def test_one_contact_that_cannot_be_counted_does_not_hold_up_the_others(monkeypatch):
    TopicRuleFactory(text="/pumps")
    bad, good = ContactFactory(timezone="broken"), ContactFactory()
    tracked(bad, url="/pumps")
    tracked(good, url="/pumps")
    zone_of = counting.zone_of

    def failing(name, *, default):
        if name == "broken":
            raise RuntimeError(name)
        return zone_of(name, default=default)

    monkeypatch.setattr(counting, "zone_of", failing)
    for _run in range(counting.MOST_ATTEMPTS):
        recount_stale_interests()

    assert list(Interest.objects.values_list("contact", flat=True)) == [good.pk]
    assert InterestMark.objects.exclude(parked_at=None).get().contact == bad


# Topics and settings -------------------------------------------------------------


@pytest.mark.django_db
def test_a_new_rule_is_true_of_what_was_before():
    contact = InteractionFactory(url="https://example.com/pumps/7").contact
    now = timezone.now()

    topic = save_topic(
        topic=TopicFactory.build(slug=""),
        name="Pumps",
        by=MarketerFactory(),
        at=now,
        addresses=[" /Pumps ", ""],
        words=["Heat-Pump"],
    )
    recount_stale_interests()

    assert topic.slug == "pumps"
    assert set(topic.rules.values_list("kind", "text")) == {
        ("address", "/pumps"),
        ("word", "heat pump"),
    }
    assert [one.topic for one in interests_of(contact, at=now)] == ["Pumps"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "attr"),
    [
        ({"name": " "}, "name"),
        ({"name": "?!"}, "name"),
        ({"name": "P\x00"}, "name"),
        ({"name": "Pumps", "words": ["x"]}, "words"),
        ({"name": "Pumps", "addresses": ["x" * 201]}, "addresses"),
        ({"name": "Pumps", "words": [f"word{n}" for n in range(51)]}, "words"),
    ],
)
def test_a_topic_that_is_wrong_is_refused(values, attr):
    with pytest.raises(InvalidValue) as refusal:
        save_topic(topic=TopicFactory.build(slug=""), by=None, at=NOW, **values)

    assert refusal.value.attr == attr


@pytest.mark.django_db
def test_a_topic_that_a_segment_names_stays():
    topic = TopicFactory(slug="pumps")
    condition = {"field": "interest.pumps", "op": "gt", "value": 2}
    SegmentFactory(name="Pump people", condition=condition)

    with pytest.raises(TopicInUse, match="Pump people"):
        delete_topic(topic=topic)


@pytest.mark.django_db
def test_another_half_life_counts_all_anew():
    TopicRuleFactory(text="/pumps")
    now = timezone.now()
    interaction = InteractionFactory(
        url="/pumps", kind="email_click", occurred_at=now - timedelta(days=10)
    )
    mark_all_interests_stale(at=now)
    recount_stale_interests()

    save_interest_settings(
        half_life_days=10, weights={"email_click": 4}, by=None, at=now
    )
    recount_stale_interests()

    [found] = interests_of(interaction.contact, at=now)
    assert found.strength == pytest.approx(2, rel=1e-3)
    assert InterestSettings.current().weights == {"email_click": 4}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("half_life_days", "weights"),
    [
        (0, {}),
        (float("nan"), {}),
        (True, {}),
        ("30", {}),
        (30, {"page_view": -1}),
        (30, {"page_view": float("inf")}),
        (30, {"page_view": None}),
        (30, {"no_such_kind": 1}),
    ],
)
def test_settings_that_are_wrong_are_refused(half_life_days, weights):
    with pytest.raises(InvalidValue):
        save_interest_settings(
            half_life_days=half_life_days, weights=weights, by=None, at=NOW
        )


# Conditions and mails ------------------------------------------------------------


numbers = st.sampled_from([-1, 0, 1e-12, 0.5, 1, 2.0, 3.999, 4, 1e6])
one_number = st.builds(
    lambda op, value: {"op": op, "value": value},
    st.sampled_from(["eq", "ne", "gt", "gte", "lt", "lte"]),
    numbers,
)
conditions = st.one_of(
    one_number,
    st.builds(
        lambda op, values: {"op": op, "value": values},
        st.sampled_from(["in", "not_in"]),
        st.lists(numbers, min_size=1, max_size=3),
    ),
    st.builds(
        lambda low, high: {"op": "between", "value": [low, high]}, numbers, numbers
    ),
    st.sampled_from([{"op": "is_set"}, {"op": "is_empty"}]),
)


@pytest.mark.django_db
@settings(deadline=None, max_examples=40)
@given(
    levels=st.lists(st.one_of(st.none(), st.floats(-2000, 2000)), max_size=4),
    field=st.sampled_from(["interest.pumps", "best_hour"]),
    condition=conditions,
    days=st.integers(0, 400),
)
def test_sql_and_python_agree_about_interests(levels, field, condition, days):
    Contact.objects.all().delete()
    topic = Interest.topic.field.related_model.objects.get_or_create(
        slug="pumps", defaults={"name": "Pumps"}
    )[0]
    at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=days)
    for place, level in enumerate([0.0, 2.0, *levels]):
        contact = ContactFactory()
        if level is not None:
            InterestFactory(contact=contact, topic=topic, level=level)
            InterestProfileFactory(contact=contact, best_hour=place or None)
    condition = {"field": field, **condition}
    contacts = list(Contact.objects.all())

    found = contacts_matching(Contact.objects.all(), condition, at=at)

    asked = matches(condition, contacts, at=at)
    assert {row.pk for row in found} == {pk for pk, holds in asked.items() if holds}


@pytest.mark.django_db
def test_strength_in_a_condition_fades_with_time():
    topic = TopicFactory(slug="pumps")
    interest = InterestFactory(topic=topic, level=2.0, half_life_days=30)
    condition = {"field": "interest.pumps", "op": "gte", "value": 1.9}
    start = datetime(2020, 1, 1, tzinfo=UTC)

    for days, holds in ((0, True), (30, True), (33, False)):
        at = start + timedelta(days=days)
        assert matches(condition, [interest.contact], at=at) == {
            interest.contact_id: holds
        }


@pytest.mark.django_db
def test_the_favorite_channel_can_be_asked_for():
    InterestProfileFactory(favorite_channel="email")
    InterestProfileFactory()
    condition = {"field": "favorite_channel", "op": "eq", "value": "EMAIL"}

    assert contacts_matching(Contact.objects.all(), condition, at=NOW).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "condition",
    [
        {"field": "interest.nothing", "op": "gt", "value": 1},
        {"field": "interest.pumps", "op": "contains", "value": "a"},
        {"field": "interest.pumps", "op": "gt", "value": "much"},
        {"field": "interest.pumps", "op": "gt", "value": 1e300},
        {"field": "interest.pumps", "op": "between", "value": [1]},
    ],
)
def test_conditions_that_mean_nothing_are_refused(condition):
    TopicFactory(slug="pumps")

    with pytest.raises(InvalidValue):
        validate(condition)


@pytest.mark.django_db
def test_mails_can_name_the_strongest_interest():
    now = timezone.now()
    topic = TopicRuleFactory(text="/pumps", topic__name="Pumps").topic
    contact = InteractionFactory(url="/pumps").contact
    mark_all_interests_stale(at=now)
    recount_stale_interests()

    values = values_of(contact, sender=None, by=None, context={})

    assert values["top_interest"] == topic.name
    assert "top_interest" in names_to_fill_in()
    other = ContactFactory(first_name="Ada")
    assert "top_interest" not in values_of(other, sender=None, by=None, context={})
    draft = Draft("About", "More about {{ top_interest | default: 'us' }}.")
    shown = preview_mail(
        draft=draft, contact=other, language="en", by=MarketerFactory()
    )
    assert "More about us." in shown.rendered.text


@pytest.mark.django_db
def test_profiles_of_contacts_that_are_gone_do_no_harm():
    contact = ContactFactory()
    mark_interests_stale(contact_ids=[contact.pk], at=timezone.now())
    pk = contact.pk
    contact.delete()

    recount_interests(contact_ids=[pk], at=timezone.now())

    assert not InterestProfile.objects.exists()
    assert not TopicRule.objects.exists()
