"""The doorbell: it rings once, and a broker that is down holds nobody up."""

import socket
import time

import pytest
from celery import shared_task
from django.core.cache import cache
from django.db import transaction
from kombu import Connection, Queue

from leadhub import queue
from leadhub.breaker import Breaker
from leadhub.cache import FailOpenRedisCache
from leadhub.celery import app

runs: list[bool] = []


@shared_task(name="tests.look_around")
def look_around() -> None:
    runs.append(True)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    runs.clear()
    monkeypatch.setattr(queue, "breaker", Breaker(pause=30))
    monkeypatch.setattr(queue, "_line", queue._Line())
    with Connection(app.conf.broker_url) as connection:
        Queue("celery", channel=connection.default_channel).queue_declare()
        connection.default_channel.queue_purge("celery")


@pytest.fixture
def frozen():
    """A server that takes connections and never says a word, like a stopped Redis."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(50)
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def gone():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def waiting() -> int:
    with Connection(app.conf.broker_url) as connection:
        return connection.default_channel._size("celery")


def test_many_calls_ring_once():
    assert [queue.ring(look_around) for _ in range(5)] == [True] * 5
    assert waiting() == 1


def test_a_run_takes_the_bell_down_so_that_later_calls_ring_again():
    queue.ring(look_around)
    look_around.apply()
    queue.ring(look_around)

    assert waiting() == 2
    assert runs == [True]


@pytest.mark.django_db(transaction=True)
def test_nothing_rings_before_the_commit_or_after_a_rollback():
    with transaction.atomic():
        queue.enqueue(look_around)
        assert waiting() == 0
    assert waiting() == 1
    cache.delete("bell:tests.look_around")

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue.enqueue(look_around)
        _ = 1 / 0
    assert waiting() == 1


def test_a_task_runs_inline_where_a_test_wants_it(run_tasks_inline):
    queue.ring(look_around)

    assert runs == [True]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broker", ["frozen", "gone"])
def test_a_broker_that_is_down_costs_a_moment_once(broker, request, settings, caplog):
    settings.CELERY_BROKER_URL = request.getfixturevalue(broker)

    start = time.monotonic()
    with transaction.atomic():
        queue.enqueue(look_around)
    first = time.monotonic() - start
    start = time.monotonic()
    for _ in range(50):
        with transaction.atomic():
            queue.enqueue(look_around)
    others = time.monotonic() - start

    assert first < 1
    assert others < 1
    assert "The broker is down" in caplog.text


def test_a_bell_nobody_heard_does_not_silence_the_next(gone, settings):
    working = settings.CELERY_BROKER_URL
    settings.CELERY_BROKER_URL = gone
    assert queue.ring(look_around) is False

    settings.CELERY_BROKER_URL = working
    queue._line.drop()
    queue.breaker.worked()
    assert queue.ring(look_around) is True
    assert waiting() == 1


@pytest.mark.parametrize("server", ["frozen", "gone"])
def test_a_cache_that_is_down_answers_from_memory(server, request):
    failing = FailOpenRedisCache(request.getfixturevalue(server), {})
    failing.local.clear()

    start = time.monotonic()
    failing.set("tries", 1, timeout=60)
    assert failing.incr("tries") == 2
    assert failing.get("tries") == 2
    assert failing.add("tries", 9) is False
    assert failing.get_many(["tries", "other"]) == {"tries": 2}
    assert failing.delete("tries") is True
    assert "tries" not in failing
    assert time.monotonic() - start < 1


@pytest.mark.redis
def test_the_cache_in_redis_keeps_plain_data_and_no_pickles():
    value = {"tries": [1.5, 2.5], "name": "Zoë"}
    cache.set("limits", value, timeout=60)

    assert cache.get("limits") == value
    assert cache.redis._cache.get_client().get(":1:limits").startswith(b'{"tries"')
    with pytest.raises(TypeError):
        cache.set("object", object())


def test_a_breaker_lets_one_caller_try_again():
    breaker = Breaker(pause=0.05)
    assert not breaker.is_open()
    breaker.failed()
    assert breaker.is_open()
    time.sleep(0.06)
    assert [breaker.is_open() for _ in range(3)] == [False, True, True]
    breaker.worked()
    assert not breaker.is_open()
