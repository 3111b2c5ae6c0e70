"""Counting who opens landing pages."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from campaigns.models import LandingPage, PageCount


@transaction.atomic
def count_visit(*, page: LandingPage, is_machine: bool, at: datetime) -> None:
    """Count that a person or a machine opened the page on this day."""
    column = "machines" if is_machine else "people"
    today = PageCount.objects.filter(page=page, day=timezone.localdate(at))
    if today.update(**{column: F(column) + 1}):
        return
    new = PageCount(page=page, day=timezone.localdate(at))
    # Two may be the first of the day.
    PageCount.objects.bulk_create([new], ignore_conflicts=True)
    today.update(**{column: F(column) + 1})
