"""Scores that change by time alone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from scoring.models import Score, StaleMark

MARKS_PER_SWEEP = 5_000


@transaction.atomic
def mark_due_scores(*, at: datetime) -> int:
    """Mark scores that have drifted since they were counted; return how many.

    Takes the longest due of those without a mark, by index. Two sweeps at once mark
    some twice, which costs nothing but a row. Asks for no run: the run asks for it.
    """
    due = Score.objects.due(at=at).values_list("pk", flat=True)[:MARKS_PER_SWEEP]
    marks = [StaleMark(contact_id=pk, at=at) for pk in sorted(due)]
    StaleMark.objects.bulk_create(marks)
    return len(marks)
