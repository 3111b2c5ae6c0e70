"""The one way into the queue: a doorbell that may be lost without loss."""

import logging
from typing import Any

from celery import Task
from celery.signals import task_prerun
from django.core.cache import cache
from django.db import transaction

logger = logging.getLogger(__name__)


def enqueue(task: Task) -> None:
    """Ask for a run of ``task`` once the current transaction has committed.

    A task carries no data: a run looks in the database for its own work. So one
    waiting run is enough for any number of calls, and losing or doubling a run
    changes nothing.

    A broker that is down is logged and the caller goes on: what was done stays
    done, and the sweep in ``leadhub/schedule.py`` finds it.
    """

    def ring() -> None:
        if cache.add(f"bell:{task.name}", True, timeout=60):
            task.apply_async()

    # Not functools.partial: Django 5.2 cannot log the failure of one.
    transaction.on_commit(ring, robust=True)


@task_prerun.connect
def take_bell_down(*, task: Task, **kwargs: Any) -> None:
    """Before the run looks for work: what is committed after that rings again."""
    cache.delete(f"bell:{task.name}")
