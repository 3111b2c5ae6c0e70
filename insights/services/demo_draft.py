"""A draft of the scoring model that somebody works on, tried on the demo's weeks."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from scoring.forms import as_data
from scoring.models import ScoringModel
from scoring.services.backtests import start_backtest
from scoring.services.models import copy_model, update_model

THRESHOLD = 80
POINTS = 70
CAPACITY = 8


def lay_out_draft(*, by: User, since: datetime, at: datetime) -> ScoringModel:
    """Let who asks for a demo weigh more, and see what that would have changed.

    The backtest waits as a job; whoever runs those next does it.
    """
    live = ScoringModel.objects.active().get()
    name = _("Demo requests first")
    draft = copy_model(model=live, by=by, at=at, name=name)
    rules = [as_data(rule) for rule in draft.rules.order_by("position", "pk")]
    for rule in rules:
        if rule["when"] == {"kind": "demo_request"}:
            rule["points"] = POINTS
    data = {"threshold": THRESHOLD, "rearm_below": None, "rules": rules}
    draft = update_model(model=draft, data=data, by=by, at=at)
    start_backtest(
        model=draft,
        since=since,
        until=at,
        outcome="deal_won",
        capacity=CAPACITY,
        by=by,
        at=at,
    )
    return draft
