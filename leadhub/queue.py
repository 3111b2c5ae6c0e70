"""The one way into the queue: a doorbell that may be lost without loss."""

from __future__ import annotations

import logging
import os
import threading
from typing import Any

from celery import Task
from celery.signals import task_prerun
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from kombu import Connection, Producer

from leadhub.breaker import Breaker

logger = logging.getLogger(__name__)

# A frozen broker holds a caller up for 0.1 s once in half a minute, never longer.
IMPATIENT = {
    "socket_timeout": 0.1,
    "socket_connect_timeout": 0.1,
    "retry_on_timeout": False,
    "max_retries": 0,
}
breaker = Breaker(pause=30)


class _Line(threading.local):
    """The thread's own connection to the broker, apart from the worker's."""

    connection: Connection
    producer: Producer | None = None
    pid = 0

    def get(self) -> Producer:
        if self.producer is None or self.pid != os.getpid():
            url = settings.CELERY_BROKER_URL
            options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
            if not url.startswith("memory:"):
                options = IMPATIENT
            self.connection = Connection(url, transport_options=options)
            self.producer = Producer(self.connection)
            self.pid = os.getpid()
        return self.producer

    def drop(self) -> None:
        if self.producer is not None:
            try:
                self.connection.collect()
            except Exception:
                logger.debug("The broken line could not be hung up.", exc_info=True)
            self.producer = None


_line = _Line()


def enqueue(task: Task) -> None:
    """Ask for a run of ``task`` once the current transaction has committed.

    A task carries no data: a run looks in the database for its own work. So one
    waiting run is enough for any number of calls, and losing or doubling a run
    changes nothing.

    A broker that is down is logged and the caller goes on: what was done stays
    done, and the sweep in ``leadhub/schedule.py`` finds it.
    """
    # Not functools.partial: Django 5.2 cannot log the failure of one.
    transaction.on_commit(lambda: ring(task), robust=True)


def ring(task: Task) -> bool:
    """Ask for a run now, unless one is asked for already; False if nobody can hear."""
    if breaker.is_open():
        return False
    bell = f"bell:{task.name}"
    if not cache.add(bell, 1, timeout=60):
        breaker.worked()
        return True
    try:
        task.apply_async(producer=_line.get(), retry=False)
    except Exception as error:
        breaker.failed()
        _line.drop()
        cache.delete(bell)
        logger.warning("The broker is down, %s waits for its sweep: %s", task, error)
        return False
    breaker.worked()
    return True


@task_prerun.connect
def take_bell_down(*, task: Task, **kwargs: Any) -> None:
    """Before the run looks for work: what is committed after that rings again."""
    cache.delete(f"bell:{task.name}")
