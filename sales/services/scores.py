"""Lines of inboxes that wait until the score changes: as it is shown, cut to a whole number.

Nobody looks for them. When one is snoozed it is known when time alone will change the
score: that is when it comes back by itself. When a score is counted again, the lines that
wait for that contact are looked up by its number: they come back, or the moment is set
anew.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from accounts.models import Notification
from accounts.services.answers import locked_lines
from accounts.services.snoozes import surface
from accounts.waiting import Wait
from scoring.selectors.shown import shown_scores

SCORE = Notification.Event.SCORE


def begin_waiting(contact_ids: Collection[int], at: datetime) -> dict[int, Wait]:
    """Each as it is shown. Locks the scores: none changes unseen meanwhile."""
    shown = shown_scores(contact_ids, at=at, lock=True)
    return {pk: Wait(points, until) for pk, (points, until) in shown.items()}


def wake_where_score_changed(*, contact_ids: Collection[int], at: datetime) -> int:
    """Bring back what waits for these scores to change, if they have; say how many.

    Within the transaction that counted them.
    """
    waiting = Notification.objects.waiting_for(SCORE, at=at)
    rows = locked_lines(waiting.filter(contact_id__in=contact_ids))
    if not rows:
        return 0
    shown = shown_scores({row.contact_id for row in rows}, at=at)
    changed, same = [], []
    for row in rows:
        points, until = shown.get(row.contact_id, (None, None))
        if points != row.waits_points:
            changed.append(row)
            continue
        row.surfaces_at = min(filter(None, [until, row.waits_until]))
        same.append(row)
    surface(changed, at=at)
    Notification.objects.bulk_update(same, ["surfaces_at"])
    return len(changed)
