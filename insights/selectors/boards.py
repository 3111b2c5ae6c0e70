"""What hangs on the wall: figures of everybody, and nothing about anybody outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q
from django.utils.functional import Promise
from django.utils.timezone import localdate

from accounts.models import User
from contacts.models import Contact
from insights.kpis.definitions import Figure, Scope
from insights.kpis.registry import KPIS, figures
from insights.models import FigureSettings, WallBoard
from insights.selectors.funnel import Step, funnel, weakest
from insights.selectors.periods import Period, from_days, last_days
from insights.selectors.targets import with_targets
from insights.selectors.touches import touches
from sales.models import Handoff

REPS = 12


@dataclass(frozen=True, slots=True)
class Clock:
    """Handoffs that wait for an answer, and how the promise stands."""

    waiting: int
    late: int
    # When the next one is due, of those that are not late.
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class RepLine:
    """How many leads a rep has to answer, and how many of those are late."""

    name: str
    waiting: int
    late: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A step of the funnel; ``part`` is of the widest, 0 to 1."""

    name: str
    entered: int
    part: float
    is_weakest: bool


@dataclass(frozen=True, slots=True)
class Wall:
    """All that a board shows."""

    period: Period
    figures: list[Figure]
    clock: Clock
    new_today: int
    touches_today: int
    bars: list[Bar]
    weakest: Step | None
    reps: list[RepLine]


def figures_offered() -> dict[str, str | Promise]:
    """Key -> label of every figure that can hang on a wall."""
    return {key: kpi.label for key, kpi in KPIS.items() if not kpi.needs_phase}


def wall_of(board: WallBoard, *, at: datetime) -> Wall:
    period = last_days(board.days, at=at)
    keys = [key for key in board.figures if key in KPIS]
    asked = Scope(period, at=at)
    names_reps = board.names_reps and FigureSettings.current().compares_reps
    today = from_days(localdate(at), localdate(at))
    steps = funnel(board.journey, period) if board.journey else []
    return Wall(
        period=period,
        figures=with_targets(figures(keys, asked), asked),
        clock=clock(at=at),
        new_today=Contact.objects.filter(created_at__gte=today.since).count(),
        touches_today=sum(touches(today, "channel").values()),
        bars=_bars(steps),
        weakest=weakest(steps),
        reps=rep_lines(at=at) if names_reps else [],
    )


def clock(*, at: datetime) -> Clock:
    """How the promise to answer stands, over all reps."""
    is_late = Q(accept_by__lt=at)
    offered = Handoff.objects.filter(status=Handoff.Status.OFFERED)
    found = offered.aggregate(
        waiting=Count("pk"),
        late=Count("pk", filter=is_late),
        next_at=Min("accept_by", filter=~is_late),
    )
    return Clock(**found)


def rep_lines(*, at: datetime) -> list[RepLine]:
    """Who has leads to answer, most late ones first."""
    rows = (
        User.objects.reps()
        .annotate(
            waiting=Count("handoffs", filter=Q(handoffs__status="offered")),
            late=Count(
                "handoffs",
                filter=Q(handoffs__status="offered", handoffs__accept_by__lt=at),
            ),
        )
        .filter(waiting__gt=0)
        .order_by("-late", "-waiting", "pk")
    )
    return [RepLine(str(row), row.waiting, row.late) for row in rows[:REPS]]


def _bars(steps: list[Step]) -> list[Bar]:
    most = max((step.entered for step in steps), default=0) or 1
    worst = weakest(steps)
    return [
        Bar(step.phase.name, step.entered, step.entered / most, step is worst)
        for step in steps
    ]


def live_board(token: str, *, at: datetime) -> WallBoard | None:
    """The board with this address. One look-up for every token, well-formed or not."""
    rows = WallBoard.objects.live(at=at).select_related("journey")
    return next(iter(rows.filter(digest=WallBoard.digest_of(token))), None)
