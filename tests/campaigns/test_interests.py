from datetime import UTC, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.interests import (
    TopicWords,
    Touch,
    plain_words,
    profile_of,
    strength_at,
)
from campaigns.models import (
    Interest,
    InterestMark,
    InterestProfile,
    InterestSettings,
    TopicRule,
)
from campaigns.models.interest import WEIGHTS
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
from tests.factories.accounts import MarketerFactory
from tests.factories.contacts import ContactFactory, SegmentFactory
from tests.factories.events import (
    InterestFactory,
    InterestProfileFactory,
    TopicFactory,
    TopicRuleFactory,
)
from tests.factories.journeys import InteractionFactory
from tests.oracle import interests as oracle

NOW = datetime(2026, 5, 6, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
PUMPS = TopicWords(1, "pumps", addresses=("/pumps",), words=("pump",))
VALVES = TopicWords(2, "valves", addresses=("/valves",), links=frozenset({7}))


def touch(kind="page_view", at=NOW, channel="website", url="", title="", **properties):
    return Touch(kind, at, channel, url, title, properties or None)


def profile(*touches, half_life_days=30.0, zone=UTC, weights=WEIGHTS):
    return profile_of(
        touches,
        topics=[PUMPS, VALVES],
        weights=weights,
        half_life_days=half_life_days,
        zone=zone,
    )


def strength(found, topic_id, at, half_life_days=30.0):
    one = found.interests[topic_id]
    return strength_at(one.level, half_life_days, at)


# Counting ------------------------------------------------------------------------


def test_a_page_seen_is_worth_its_weight_and_half_of_it_a_half_life_later():
    found = profile(touch(url="https://example.com/pumps/a"))

    assert strength(found, 1, NOW) == pytest.approx(1)
    assert strength(found, 1, NOW + timedelta(days=30)) == pytest.approx(0.5)
    assert 2 not in found.interests


@pytest.mark.parametrize(
    ("seen", "topics"),
    [
        (touch(url="https://example.com/PUMPS"), {1}),
        (touch(title="Which pump fits?"), {1}),
        (touch(title="Which PÚMP?"), {1}),
        (touch(title="Pumpkin soup"), set()),
        (touch(url="https://example.com/", topics=["valves"]), {2}),
        (touch(url="https://example.com/pumps?for=/valves"), {1, 2}),
        (touch(topics="valves"), set()),
        (touch("link_click")._replace(link_id=7), {2}),
        (touch(topics=[7, None, {}]), set()),
        (touch("email_sent", url="https://example.com/pumps"), set()),
    ],
)
def test_topics_are_seen_by_address_word_or_name(seen, topics):
    assert set(profile(seen).interests) == topics


def test_the_order_of_interactions_does_not_matter():
    seen = [
        touch(url="/pumps", at=NOW - timedelta(days=days, seconds=days * 7))
        for days in (0, 3, 40, 900)
    ]

    assert len({repr(profile(*order).interests) for order in permutations(seen)}) == 1


def test_ten_years_of_short_half_lives_neither_overflow_nor_vanish():
    seen = [
        touch(url="/pumps", at=NOW - timedelta(days=day)) for day in range(0, 3650, 5)
    ]

    found = profile(*seen, half_life_days=1.0)

    assert strength(found, 1, NOW, 1.0) == pytest.approx(1.0322580645)
    assert strength(found, 1, NOW + timedelta(days=20_000), 1.0) == 0


kinds = st.sampled_from(["page_view", "email_click", "content_download", "email_open"])
moments = st.integers(0, 4_000_000).map(lambda m: NOW - timedelta(minutes=m))
happenings = st.builds(
    oracle.Happened,
    kind=kinds,
    occurred_at=moments,
    topics=st.sampled_from([(), ("pumps",), ("valves",), ("pumps", "valves")]),
    is_machine=st.booleans(),
)


@settings(deadline=None, max_examples=60)
@given(
    happened=st.lists(happenings, max_size=12),
    half_life_days=st.floats(1, 400),
    later=st.integers(0, 200),
)
def test_strengths_are_those_of_the_plain_sum(happened, half_life_days, later):
    at = NOW + timedelta(days=later)
    found = profile(
        *(
            touch(one.kind, one.occurred_at, topics=list(one.topics))
            for one in happened
            if not one.is_machine
        ),
        half_life_days=half_life_days,
    )

    for topic_id, slug in ((1, "pumps"), (2, "valves")):
        wanted = oracle.strength(
            slug, happened, weights=WEIGHTS, half_life_days=half_life_days, at=at
        )
        one = found.interests.get(topic_id)
        if wanted is None:
            assert one is None
        else:
            got = strength_at(one.level, half_life_days, at)
            assert got == pytest.approx(wanted, rel=1e-9, abs=1e-300)


def test_words_are_compared_without_what_stands_between_them():
    assert plain_words("  Heat-Pump: ") == "heat pump"


# Channel and hour ----------------------------------------------------------------


def test_too_little_says_nothing_about_channel_or_hour():
    found = profile(*(touch(at=NOW - timedelta(days=day)) for day in range(3)))

    assert (found.favorite_channel, found.best_hour) == ("", None)


def test_fifty_clicks_on_one_day_are_one_occasion():
    found = profile(
        *(touch(at=NOW + timedelta(seconds=second)) for second in range(50))
    )

    assert (found.channel_occasions, found.favorite_channel) == (1, "")
    assert (found.hour_occasions, found.best_hour) == (1, None)


def test_the_favorite_channel_is_that_of_most_days():
    mails = [touch("email_click", NOW - timedelta(days=d), "email") for d in range(3)]
    pages = [touch(at=NOW - timedelta(days=d)) for d in range(2)]
    ours = [touch("email_sent", NOW - timedelta(days=d), "email") for d in range(9)]

    assert profile(*mails, *pages).favorite_channel == "email"
    assert profile(*pages, *ours).favorite_channel == ""


def test_the_best_hour_is_by_the_clock_where_the_contact_is():
    summer = [datetime(2026, 7, day, 7, 30, tzinfo=UTC) for day in range(1, 4)]
    winter = [datetime(2026, 1, day, 8, 30, tzinfo=UTC) for day in range(1, 4)]

    found = profile(*(touch(at=at) for at in summer + winter), zone=BERLIN)

    assert found.best_hour == 9
    assert profile(*(touch(at=at) for at in summer), zone=BERLIN).best_hour is None


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
