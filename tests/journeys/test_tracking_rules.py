"""Channels and machines: the pure rules, as tables."""

from datetime import UTC, datetime, timedelta

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from journeys.channels import channel_of
from journeys.machines import Signs, why_machine
from tests.journeys.test_public import BROWSER, CRAWLER

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
SAFELINKS = "https://eur01.safelinks.protection.outlook.com/?url=x"


@pytest.mark.parametrize(
    ("known", "channel"),
    [
        ({}, "website"),
        ({"kind": "note"}, "other"),
        ({"kind": "call_outbound"}, "phone"),
        ({"kind": "email_click"}, "email"),
        ({"kind": "webinar_attended"}, "event"),
        ({"kind": "something_else"}, "other"),
        ({"utm": {"medium": "CPC", "source": "google"}}, "paid_search"),
        ({"utm": {"source": "linkedin"}}, "social"),
        ({"utm": {"source": "newsletter"}}, "email"),
        ({"utm": {"source": "somewhere"}}, "other"),
        ({"utm": {"campaign": "spring"}}, "website"),
        ({"kind": "page_view", "utm": {"medium": "partner"}}, "partner"),
        ({"referrer": "https://www.google.co.uk/search"}, "organic_search"),
        ({"referrer": "https://lnkd.in/x"}, "social"),
        ({"referrer": "https://x.com/a"}, "social"),
        ({"referrer": "https://netflix.com/a"}, "referral"),
        ({"referrer": "https://notgoogle.com/"}, "referral"),
        ({"referrer": "https://blog.example.org/"}, "referral"),
        ({"referrer": "https://mail.google.com/"}, "email"),
        ({"referrer": "https://www.a.de/x", "url": "https://shop.a.de/"}, "website"),
        ({"referrer": "https://[broken", "url": "https://a.de/"}, "website"),
        ({"utm": {"medium": "email"}, "referrer": "https://google.com"}, "email"),
    ],
)
def test_channel(known, channel):
    assert channel_of(**{"kind": "page_view"} | known) == channel


@pytest.mark.parametrize(
    ("signs", "reason"),
    [
        ({}, ""),
        ({"user_agent": CRAWLER}, "crawler"),
        ({"purpose": "prefetch;prerender"}, "prefetch"),
        ({"is_honeypot": True}, "honeypot"),
        ({"accepted_at": NOW + timedelta(seconds=1)}, "before_delivery"),
        ({"accepted_at": NOW - timedelta(seconds=4)}, ""),
        ({"links_at_once": 2}, ""),
        ({"links_at_once": 3}, "burst"),
        ({"user_agent": ""}, ""),
        ({"user_agent": "python-requests/2.32"}, ""),
        ({"referrer": SAFELINKS}, ""),
        ({"referrer": SAFELINKS, "user_agent": ""}, "scanner_referrer+library"),
        (
            {"accepted_at": NOW, "user_agent": "curl/8.5"},
            "too_fast+library",
        ),
        (
            {"accepted_at": NOW, "user_agent": "", "referrer": SAFELINKS},
            "too_fast+scanner_referrer+library",
        ),
        ({"user_agent": "Mozilla/5.0", "is_image": True}, "privacy_proxy"),
        ({"user_agent": "Mozilla/5.0"}, ""),
    ],
)
def test_one_strong_sign_or_two_weak_ones(signs, reason):
    found = why_machine(Signs(**{"at": NOW, "user_agent": BROWSER} | signs))

    assert found == reason
    assert len(found) <= 40


def test_listed_crawlers_are_machines():
    examples = [
        instance
        for entry in CRAWLER_USER_AGENTS_DATA
        for instance in entry.get("instances", [])[:1]
    ]
    missed = [
        agent for agent in examples if not why_machine(Signs(at=NOW, user_agent=agent))
    ]

    assert len(examples) > 400
    # Libraries are a weak sign: people write programs with them too.
    assert len(missed) / len(examples) < 0.06
