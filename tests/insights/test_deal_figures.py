"""What deals come to, on the dashboard and over the API."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from insights.kpis.definitions import Scope
from insights.kpis.registry import DEAL_TILES, figures
from insights.selectors.losses import losses
from insights.selectors.periods import last_days
from sales.models import Deal
from tests.factories.accounts import LeadFactory
from tests.factories.sales import DealFactory

pytestmark = pytest.mark.django_db


def test_win_rate_and_values_are_of_deals_closed_in_the_period(client):
    now = timezone.now()
    lately, long_ago = now - timedelta(days=3), now - timedelta(days=40)
    DealFactory(status="won", value=500, closed_at=lately)
    DealFactory(status="lost", reason="price", value=900, closed_at=lately)
    DealFactory(status="won", value=70, closed_at=long_ago)
    DealFactory(stage="offer", value=1000)
    DealFactory(stage="offer", value=None)
    period = last_days(30, at=now)

    found = {figure.key: figure for figure in figures(DEAL_TILES, Scope(period))}
    [lost] = losses(period, rows=Deal.objects.all()).reasons

    assert (found["win_rate"].value, found["win_rate"].before) == (50, 100)
    assert (found["won_value"].value, found["won_value"].before) == (500, 70)
    assert (found["pipeline_value"].value, found["forecast"].value) == (1000, 500)
    assert (lost.label, lost.count) == ("Too expensive", 1)
    client.force_login(LeadFactory())
    assert client.get(lost.url).content.count(b"data-row=") == 1
    won = client.get(found["won_value"].url).content
    assert won.count(b"data-row=") == 1


def test_the_dashboard_shows_them(client):
    DealFactory(stage="offer", value=1000)
    client.force_login(LeadFactory())

    page = client.get(reverse("insights:numbers")).content.decode()

    assert "Pipeline" in page
