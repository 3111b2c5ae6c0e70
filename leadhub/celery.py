"""The Celery application: ``celery -A leadhub``."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init

from leadhub.collector import keep_what_is_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadhub.settings")

app = Celery("leadhub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def settle(**kwargs: Any) -> None:
    from leadhub.checks import refuse_to_start_unsafely  # noqa: PLC0415 -- models

    refuse_to_start_unsafely()
    keep_what_is_loaded()
