"""What an inbox comes to on a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo

from accounts.models import Notification, User

# A mail names as many of each part; more than that many lines are not looked at.
NAMED = 10
MOST = 500


@dataclass(slots=True)
class Part:
    lines: list[Notification] = field(default_factory=list)
    count: int = 0

    @property
    def more(self) -> int:
        return self.count - len(self.lines)

    def add(self, line: Notification) -> None:
        self.count += 1
        if len(self.lines) < NAMED:
            self.lines.append(line)


@dataclass(frozen=True, slots=True)
class Inbox:
    """Each line in the first part that it belongs to."""

    late: Part = field(default_factory=Part)
    today: Part = field(default_factory=Part)
    back: Part = field(default_factory=Part)
    rest: Part = field(default_factory=Part)

    @property
    def waiting(self) -> int:
        return sum(part.count for part in (self.late, self.today, self.back, self.rest))

    @property
    def waiting_shown(self) -> str:
        return f"{MOST}+" if self.waiting >= MOST else str(self.waiting)


def inbox_today(user: User, *, at: datetime, zone: tzinfo) -> Inbox:
    """What waits for somebody, and what will by the end of the day of ``zone``.

    Late: what has a moment that is over. Due today: it is over later today, or a task.
    Back: it was put off, and returned since yesterday or does so today.
    """
    here = at.astimezone(zone)
    tomorrow = datetime.combine(here.date() + timedelta(days=1), time(), zone)
    rows = Notification.objects.filter(
        recipient=user, done_at=None, surfaces_at__lt=tomorrow
    )
    news = Inbox()
    for line in rows.order_by("-surfaces_at", "-pk")[:MOST]:
        _part_of(line, news, at=at, tomorrow=tomorrow).add(line)
    return news


def _part_of(
    line: Notification, news: Inbox, *, at: datetime, tomorrow: datetime
) -> Part:
    if line.due_at is not None and line.due_at <= at:
        return news.late
    if line.due_at is not None and line.due_at < tomorrow:
        return news.today
    lately = line.surfaces_at > at - timedelta(days=1)
    return news.back if line.snoozed_at is not None and lately else news.rest
