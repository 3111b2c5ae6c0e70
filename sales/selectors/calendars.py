"""When reps work, as the promise clock needs it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.hours import spans_of, zone_named
from accounts.models import User
from journeys.models import TeamMember
from sales.models import Holiday, PromiseSettings
from sales.promise import WorkingTime

TIPPED_LATELY = timedelta(days=1)


def working_times(
    reps: Collection[User], *, at: datetime, settings: PromiseSettings | None = None
) -> dict[int | None, WorkingTime]:
    """User id -> when they work from ``at`` on; None -> when the firm does.

    Own hours and zone come before the firm's. Three queries at most, however many.
    """
    settings = settings or PromiseSettings.current()
    off: dict[int | None, set[date]] = defaultdict(set)
    for team_id, day in Holiday.objects.coming(at=at).values_list("team", "date"):
        off[team_id].add(day)
    teams: dict[int, set[int]] = defaultdict(set)
    ids = [rep.pk for rep in reps]
    if off.keys() - {None}:
        rows = TeamMember.objects.filter(user__in=ids, team__in=off.keys() - {None})
        for user_id, team_id in rows.values_list("user", "team"):
            teams[user_id].add(team_id)
    ours = timezone.get_default_timezone()
    zone = zone_named(settings.timezone, default=ours)  # type: ignore[arg-type]
    week = spans_of(settings.hours)
    found: dict[int | None, WorkingTime] = {
        None: WorkingTime(week, zone, frozenset(off[None]))
    }
    for rep in reps:
        days = off[None].union(*(off[team_id] for team_id in teams[rep.pk]))
        found[rep.pk] = WorkingTime(
            week=spans_of(rep.working_hours) if rep.working_hours else week,
            zone=zone_named(rep.timezone, default=zone),
            days_off=frozenset(days),
            absent_until=rep.absent_until,
        )
    return found


def working_time_of(rep: User | None, *, at: datetime) -> WorkingTime:
    """Of one rep; of the firm for what is nobody's."""
    found = working_times([rep] if rep else [], at=at)
    return found[rep.pk if rep else None]


def minutes_to_answer(
    interactions: Sequence[Mapping[str, Any]], *, at: datetime
) -> int:
    """Within how much working time an offer of ``at`` is promised to be answered.

    ``interactions`` are those of ``sales.selectors.facts``; one of a fast kind, like a
    demo request, counts for a day.
    """
    promised = PromiseSettings.current()
    fast = [
        promised.fast_minutes[line["kind"]]
        for line in interactions
        if line["kind"] in promised.fast_minutes
        and datetime.fromisoformat(line["at"]) > at - TIPPED_LATELY
    ]
    return min([promised.accept_minutes, *fast])
