"""The draft that the demo leaves on somebody's desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.services.running import run_next_job
from insights.models import DemoData
from insights.services.demo_draft import lay_out_draft
from insights.services.demo_removal import remove_demo
from scoring.models import Backtest, Rule, ScoringModel
from scoring.services.activation import activate_model
from scoring.services.models import update_model
from scoring.services.shipped import create_default_model
from tests.factories.accounts import MarketerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def drafted():
    """The draft, as the demo remembers it, and now."""
    by, now = MarketerFactory(), timezone.now()
    live = create_default_model(by=by, at=now)
    activate_model(model=live, existing="mark_seen", by=by, at=now)
    draft = lay_out_draft(by=by, since=now - timedelta(days=84), at=now)
    rows = {ScoringModel._meta.label: [draft.pk]}
    DemoData.objects.create(made_at=now, last_contact_id=0, rows=rows)
    return draft, now


def test_it_differs_from_what_is_live_and_was_tried(drafted):
    draft, _now = drafted
    while run_next_job():
        pass

    live = ScoringModel.objects.active().get()
    assert draft.threshold > live.threshold
    asked = Rule.objects.filter(when={"kind": "demo_request"})
    assert asked.get(scoring_model=draft).points > asked.get(scoring_model=live).points
    result = Backtest.objects.get(scoring_model=draft).result
    assert result["live_model"] == live.pk
    assert result["capacity"]


def test_it_goes_with_the_demo_and_what_is_live_stays(drafted):
    _draft, now = drafted

    remove_demo(by=None, at=now)

    assert ScoringModel.objects.get().is_active
    assert not Backtest.objects.exists()


def test_it_stays_if_somebody_has_worked_on_it(drafted):
    draft, now = drafted
    data = {"threshold": 70}
    update_model(model=draft, data=data, by=None, at=now + timedelta(hours=1))

    remove_demo(by=None, at=now + timedelta(hours=2))

    assert ScoringModel.objects.filter(pk=draft.pk).exists()
