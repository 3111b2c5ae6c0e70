"""Scores while everything happens at once, and while workers are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from time import monotonic

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Notification
from journeys.models import Interaction
from journeys.services.tracking import Report, track_interactions
from sales.models import Handoff
from scoring.models import Crossing, Score, StaleMark
from scoring.services.marks import mark_scores_stale
from scoring.tasks import recompute_stale_scores
from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.scoring import RuleFactory

pytestmark = pytest.mark.django_db(transaction=True)
POINTS, EVENTS, THREADS = 5, 200, 16


@pytest.fixture
def contact():
    """Somebody with a rep, worth five points for every chat, ready from 500."""
    RuleFactory(
        points=POINTS,
        when={"kind": "chat"},
        uses_model_half_life=False,
        scoring_model__threshold=500,
    )
    return ContactFactory(owner=RepFactory())


def chat(contact, number, at=None):
    return Report(
        contact=contact,
        kind="chat",
        source="test",
        event_id=f"chat-{number}",
        occurred_at=at or timezone.now() - timedelta(seconds=number),
    )


def is_exact(contact, *, events=EVENTS):
    """Every event counted once; one crossing, handoff and notification."""
    score = Score.objects.get(pk=contact.pk)
    assert Interaction.objects.count() == events
    assert score.total == events * POINTS
    assert (score.is_ready, score.is_armed, score.arming) == (True, False, 1)
    assert Crossing.objects.count() == 1
    assert Handoff.objects.count() == 1
    assert Notification.objects.filter(recipient=contact.owner).count() == 1
    assert not StaleMark.objects.exists()
    call_command("verify_scores")
    return True


def test_events_delivered_twice_by_many_threads_while_two_score(contact):
    delivered = Event()

    def deliver(number: int) -> int:
        with_connection_closed = []
        for event in range(number, 2 * EVENTS, THREADS):
            [outcome] = track_interactions(
                reports=[chat(contact, event % EVENTS)], at=timezone.now()
            )
            with_connection_closed.append(outcome.is_new)
        connections.close_all()
        return sum(with_connection_closed)

    def score() -> None:
        while not delivered.is_set():
            recompute_stale_scores()
        connections.close_all()

    with ThreadPoolExecutor(THREADS + 2) as pool:
        scorers = [pool.submit(score) for _ in range(2)]
        try:
            new = sum(pool.map(deliver, range(THREADS)))
        finally:
            delivered.set()
        for scorer in scorers:
            scorer.result()
    recompute_stale_scores()

    assert new == EVENTS
    assert is_exact(contact)


def test_a_burst_is_counted_in_one_go(contact, capsys):
    for start in range(0, 1_000, 100):
        reports = [chat(contact, number) for number in range(start, start + 100)]
        track_interactions(reports=reports, at=timezone.now())
    mark_scores_stale(contact_ids=[contact.pk] * 5, at=timezone.now())

    with CaptureQueriesContext(
        connection,
    ) as queries:
        recompute_stale_scores()

    counted = [q for q in queries if '"journeys_interaction"."kind"' in q["sql"]]
    assert len([q for q in counted if "ORDER BY" in q["sql"]]) <= 3
    assert is_exact(contact, events=1_000)


KILLED = """
import os, signal
import django
django.setup()
from django.db import connection
from scoring.tasks import recompute_stale_scores

left = {statement}
def kill(execute, sql, params, many, context):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)

with connection.execute_wrapper(kill):
    recompute_stale_scores()
print("not killed")
"""


@pytest.mark.parametrize("statement", [6, 12, 20, 30, 40])
def test_a_killed_worker_loses_nothing_and_doubles_nothing(contact, statement):
    reports = [chat(contact, number) for number in range(EVENTS)]
    track_interactions(reports=reports, at=timezone.now())

    worker = run_in_a_process(KILLED.format(statement=statement))

    assert worker.returncode == -signal.SIGKILL, worker.stderr
    assert StaleMark.objects.exists()
    assert not Crossing.objects.exists()
    wait_for_the_locks_of_the_dead()
    recompute_stale_scores()
    assert is_exact(contact)


def run_in_a_process(code: str) -> subprocess.CompletedProcess:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        host, port = database["HOST"], database["PORT"]
        url = f"postgres://{database['USER']}:{database['PASSWORD']}@{host}:{port}/"
        url += database["NAME"]
        if host.startswith("/"):
            url = f"postgres://{database['USER']}@/{database['NAME']}?host={host}"
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def wait_for_the_locks_of_the_dead() -> None:
    """A server notices after a moment that a client is gone."""
    if connection.vendor == "sqlite":
        return
    until = monotonic() + 10
    while monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database()"
            )
            if cursor.fetchone()[0] == 1:
                return
