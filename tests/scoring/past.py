"""What tests of backtests share."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.services.running import run_next_job
from scoring.models import Backtest, ScoringModel
from scoring.selectors.replay import Replay, Scope
from scoring.services.backtests import start_backtest
from tests.factories.journeys import InteractionFactory
from tests.factories.scoring import ScoringModelFactory

ZONE = timezone.get_default_timezone()
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=ZONE)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def loaded(model: ScoringModel) -> ScoringModel:
    return ScoringModel.objects.with_rules().get(pk=model.pk)


def draft(**values):
    return ScoringModelFactory(**{"is_active": False, "updated_at": NOW, **values})


def told(contact, at, *, kind="page_view", late=timedelta(), **values):
    """Something was done at ``at``, and recorded ``late`` after it."""
    return InteractionFactory(
        contact=contact, kind=kind, occurred_at=at, recorded_at=at + late, **values
    )


def replay_of(model, contacts, *, until=NOW) -> Replay:
    return Replay(
        models=[loaded(model)],
        scope=Scope(model.journey_id, frozenset()),
        contact_ids=[contact.pk for contact in contacts],
        until=until,
    )


def backtested(model, *, since=NOW - 28 * DAY, until=NOW, at=NOW, **values) -> Backtest:
    """A backtest that has run."""
    values = {"outcome": "deal_won", "horizon_days": 14, "by": None, **values}
    backtest = start_backtest(model=model, since=since, until=until, at=at, **values)
    assert run_next_job()
    backtest.refresh_from_db()
    assert backtest.job.status == "done", backtest.job.error
    return backtest
