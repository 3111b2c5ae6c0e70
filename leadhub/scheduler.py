"""The scheduler: Celery's clock, but the work is done here and not by the broker."""

from __future__ import annotations

import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from celery.beat import ScheduleEntry, Scheduler
from django.db import close_old_connections

logger = logging.getLogger(__name__)

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class DirectScheduler(Scheduler):
    """Runs what is due in threads of its own.

    So sweeps need neither Redis nor a worker. Everything is due at the start: what
    came due while no scheduler was running is made up at once. An entry that is
    still running is not started a second time. Two schedulers are harmless, because
    tasks look in the database for their own work.
    """

    # Celery would connect to the broker to fill this in, and wait for it for ever.
    producer = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.running: Counter[str] = Counter()
        # Two may wait for a mail server for a while; the others go on scoring.
        self.threads = ThreadPoolExecutor(4, thread_name_prefix="scheduler")
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for entry in self.schedule.values():
            entry.last_run_at = LONG_AGO

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        if self.running[entry.name]:
            return
        self.running[entry.name] += 1
        self.threads.submit(self.run, entry)

    def run(self, entry: ScheduleEntry) -> None:
        close_old_connections()
        try:
            # Failures are logged by Celery, as those of a worker are.
            self.app.tasks[entry.task].apply(entry.args, entry.kwargs, throw=False)
        except Exception:
            logger.exception("%s (%s) could not be run.", entry.name, entry.task)
        finally:
            close_old_connections()
            self.running[entry.name] -= 1

    def close(self) -> None:
        super().close()
        self.threads.shutdown(wait=True, cancel_futures=True)
