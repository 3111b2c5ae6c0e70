"""What the demo's team lead has mailed and hung on the wall."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from accounts.models import User
from insights.selectors.funnel import live_journeys
from insights.services.boards import create_board
from insights.services.subscriptions import subscribe

ON_THE_WALL = ["new_contacts", "became_ready", "accepted", "win_rate"]


def lay_out_reports(users: Mapping[str, User], *, at: datetime) -> None:
    """The figures each Monday morning, and a board; its address is given anew."""
    lead = users["lead"]
    subscribe(
        users=[lead], report="figures", every="week", weekday=0, hour=8, by=lead, at=at
    )
    journeys = live_journeys(lead)
    create_board(
        name="Sales floor",
        figures=ON_THE_WALL,
        journey=journeys[0] if journeys else None,
        by=lead,
        at=at,
    )
