"""The demo's working hours, holidays and territories, and its promise clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from accounts.models import User
from accounts.services.users import update_user
from insights.demo.calendar import HOLIDAYS, HOURS, TEAM, TEAM_DAY, TERRITORIES
from journeys.models import Team
from sales.models import Handoff, Territory
from sales.services.calendars import add_holiday
from sales.services.promises import keep_promise
from sales.services.territories import save_territory

# What may happen to one offer between two steps.
MOST_STEPS = 10


def lay_out_promises(users: dict[str, User], *, at: datetime, today: datetime) -> None:
    update_user(user=users["rep2"], values={"working_hours": HOURS}, by=None)
    users["rep2"].refresh_from_db()
    for (month, day), name in HOLIDAYS:
        coming = date(today.year, month, day)
        if coming < today.date():
            coming = date(today.year + 1, month, day)
        add_holiday(date=coming, name=name)
    # The team's own outing.
    outing = today.date() + timedelta(days=40)
    team = Team.objects.get(name=TEAM)
    add_holiday(date=outing, name=TEAM_DAY, team=team)
    for name, field, value, whose in TERRITORIES:
        op = "in" if isinstance(value, tuple) else "eq"
        value = list(value) if isinstance(value, tuple) else value
        save_territory(
            territory=Territory(),
            name=name,
            condition={"field": field, "op": op, "value": value},
            rep=users.get(whose),
            team=None if whose in users else Team.objects.get(name=whose),
            by=users["admin"],
            at=at,
        )


def let_the_clock_run(*, until: datetime, handoff_id: int | None = None) -> None:
    """Do what the sweep would have done up to then, each at its moment."""
    due = Handoff.objects.acting(at=until)
    if handoff_id is not None:
        due = due.filter(pk=handoff_id)
    for handoff in list(due):
        for _step in range(MOST_STEPS):
            handoff.refresh_from_db(fields=["acts_at"])
            if handoff.acts_at is None or handoff.acts_at > until:
                break
            keep_promise(handoff=handoff, at=handoff.acts_at)
