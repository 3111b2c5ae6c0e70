"""What one token may ask of the API in a minute."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from leadhub.rest import throttles
from tests.factories.accounts import AdminFactory
from tests.leadhub.test_api_rules import client_of, codes, post

pytestmark = pytest.mark.django_db
READ = "/api/v1/companies/"
NO_REDIS = {
    "default": {
        "BACKEND": "leadhub.cache.FailOpenRedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
    }
}


class Clock:
    def __init__(self):
        self.now = 1_700_000_000.0 // 60 * 60 + 18

    def __call__(self):
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch, settings):
    """18 seconds past the minute; two reads and two writes are allowed."""
    settings.API_READS_PER_MINUTE = settings.API_WRITES_PER_MINUTE = 2
    clock = Clock()
    monkeypatch.setattr(throttles, "time", clock)
    return clock


def statuses(client, count):
    return [client.get(READ).status_code for _ in range(count)]


def test_too_many_requests_are_refused_until_the_minute_is_over(clock):
    api = client_of(AdminFactory())
    before = statuses(api, 2)

    refused = api.get(READ)
    clock.now += int(refused["Retry-After"])

    assert before == [200, 200]
    assert refused.status_code == 429
    assert refused["Retry-After"] == "42"
    assert codes(refused) == [(None, "throttled")]
    assert statuses(api, 3) == [200, 200, 429]


def test_reads_and_writes_are_counted_apart_and_a_batch_is_one_write():
    api = client_of(AdminFactory())
    batch = {"items": [{"email": f"a{n}@example.com"} for n in range(5)]}
    reads = statuses(api, 2)

    first = api.post("/api/v1/contacts/batch/", batch, format="json")
    second = api.post("/api/v1/contacts/batch/", batch, format="json")
    third = api.post("/api/v1/contacts/batch/", batch, format="json")

    assert reads == [200, 200]
    assert [a.status_code for a in (first, second, third)] == [200, 200, 429]


def test_each_token_and_each_browser_has_a_count_of_its_own():
    user = AdminFactory()
    browser = APIClient()
    browser.force_login(user)
    clients = [client_of(user, "crm"), client_of(user, "shop"), browser]

    assert [statuses(client, 3) for client in clients] == [[200, 200, 429]] * 3


def test_what_was_refused_as_too_much_is_not_the_answer_of_a_later_try(clock):
    api = client_of(AdminFactory())
    for number in range(2):
        post(api, "companies/", {"name": f"Acme {number}"}, f"k{number}")

    refused = post(api, "companies/", {"name": "Acme"}, "k")
    clock.now += 60
    later = post(api, "companies/", {"name": "Acme"}, "k")

    assert (refused.status_code, later.status_code) == (429, 201)


def test_without_redis_requests_are_answered_and_counted_here(settings):
    settings.CACHES = NO_REDIS
    api = client_of(AdminFactory())

    assert statuses(api, 3) == [200, 200, 429]


def test_a_count_that_the_cache_loses_begins_again():
    api = client_of(AdminFactory())
    before = statuses(api, 2)

    throttles.cache.clear()

    assert before + statuses(api, 3) == [200, 200, 200, 200, 429]


def test_zero_is_no_limit(settings):
    settings.API_READS_PER_MINUTE = 0

    assert statuses(client_of(AdminFactory()), 4) == [200] * 4
