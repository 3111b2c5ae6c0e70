"""How interests are counted: topics, channel and hour. Pure."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.interests import TopicWords, Touch, plain_words, profile_of, strength_at
from campaigns.models.interest import WEIGHTS
from tests.campaigns.interest_times import NOW
from tests.oracle import interests as oracle

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
