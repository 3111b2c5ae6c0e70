"""The scheduler does by itself what is due, without broker and worker."""

import re
import threading
import time

import pytest
from celery import shared_task
from celery.beat import Service
from django.conf import settings

from leadhub.celery import app
from leadhub.schedule import SCHEDULE
from leadhub.scheduler import DirectScheduler

runs: list[str] = []
may_end = threading.Event()
# As long as a busy machine may need to get to what is waited for.
PATIENCE_SECONDS = 120


@shared_task(name="tests.sweep")
def sweep() -> None:
    runs.append("sweep")


@shared_task(name="tests.stumble")
def stumble() -> None:
    runs.append("stumble")
    raise RuntimeError("This one always fails.")


@shared_task(name="tests.dawdle")
def dawdle() -> None:
    runs.append("dawdle")
    may_end.wait(PATIENCE_SECONDS)


@pytest.fixture
def clock(monkeypatch, request):
    """A running scheduler with the entries of the test's parameter, each 0.1 s."""
    runs.clear()
    may_end.clear()
    schedule = {name: {"task": name, "schedule": 0.1} for name in request.param}
    monkeypatch.setattr(DirectScheduler, "max_interval", 0.05)
    monkeypatch.setitem(app.conf, "beat_schedule", schedule)
    # Nobody must be asked for: with a broker that is gone it has to work as well.
    monkeypatch.setitem(app.conf, "broker_url", "redis://127.0.0.1:1/0")
    service = Service(app, scheduler_cls=DirectScheduler, max_interval=0.05)
    thread = threading.Thread(target=service.start, daemon=True)
    thread.start()
    yield service
    may_end.set()
    service.stop()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


def wait_for_runs(count: int, *, of: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while runs.count(of) < count and time.monotonic() < end:
        time.sleep(0.01)
    assert runs.count(of) >= count


@pytest.mark.parametrize("clock", [["tests.sweep"]], indirect=True)
def test_what_is_due_runs_again_and_again(clock):
    wait_for_runs(3, of="sweep")


@pytest.mark.parametrize("clock", [["tests.stumble", "tests.sweep"]], indirect=True)
def test_a_failing_sweep_stops_neither_itself_nor_the_others(clock):
    wait_for_runs(2, of="stumble")
    wait_for_runs(2, of="sweep")


@pytest.mark.parametrize("clock", [["tests.dawdle", "tests.sweep"]], indirect=True)
def test_a_sweep_that_is_still_running_is_not_started_again(clock):
    wait_for_runs(1, of="dawdle")
    wait_for_runs(runs.count("sweep") + 5, of="sweep")

    assert runs.count("dawdle") == 1


def test_everything_is_due_at_the_start():
    """However long ago the last scheduler went, its work is made up at once."""
    scheduler = DirectScheduler(app)

    assert all(entry.is_due().is_due for entry in scheduler.schedule.values())


def test_the_schedule_names_tasks_that_there_are():
    app.finalize()
    app.loader.import_default_modules()

    assert {entry["task"] for entry in SCHEDULE.values()} <= set(app.tasks)


SECONDS = {"s": 1, "min": 60, "h": 3600, "day": 86_400}
ROW = re.compile(r"^\| `([\w.]+)` \| (\d+) (s|min|h|day) \| ", re.MULTILINE)


def test_who_runs_leadhub_reads_all_that_runs_by_the_clock():
    """A job is told in docs/operating.md, What runs by the clock, with how often."""
    guide = (settings.BASE_DIR / "docs" / "operating.md").read_text()
    told = {task: int(n) * SECONDS[unit] for task, n, unit in ROW.findall(guide)}

    assert told == {each["task"]: each["schedule"] for each in SCHEDULE.values()}
