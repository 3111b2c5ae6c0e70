"""Scores while everything happens at once, and while workers are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
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
from tests.installation.processes import database_url, wait_for_the_locks_of_the_dead

pytestmark = pytest.mark.django_db(transaction=True)
POINTS, EVENTS = 5, 200


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
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
