"""What is written directly of what carries measures out: it changes plans at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from journeys.carriers import KINDS
from journeys.models import Journey
from journeys.services.publishing import keep_first_version, record_version


@contextmanager
def carrying(
    key: str, row: Any, *, by: User | None, at: datetime, measure_id: int | None
) -> Iterator[None]:
    """Around the write that makes ``row``, of the kind ``key``, carry ``measure_id`` out.

    Keeps the plans that change by it as versions. None: it carries nothing out from
    then on. Enter before the row is locked: who publishes a plan has locked its journey
    by the time it waits for rows.
    """
    rows = KINDS[key].rows().filter(pk=row.pk) if row.pk else KINDS[key].rows().none()
    before = rows.values_list("measure", flat=True).first()
    with transaction.atomic():
        if before == measure_id:
            yield
            return
        concerned = {before, measure_id} - {None}
        found = Journey.objects.filter(phases__measures__in=concerned)
        journeys = list(found.order_by("pk").distinct())
        for journey in journeys:
            keep_first_version(journey=journey, at=at)
        yield
        for journey in journeys:
            record_version(journey=journey, by=by, at=at)
