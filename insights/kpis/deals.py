"""Figures of deals: what comes of the leads."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from insights.kpis.contacts import NO_PHASE
from insights.kpis.definitions import Group, Kpi, Listing, Owner
from insights.kpis.ways import DAY, Counted, Forecast, MedianTime, Share, Total
from sales.deal_filters import DealListFilter
from sales.models import Deal

DEALS = Listing(
    "sales:deal_list",
    Deal,
    DealListFilter,
    {"journey": "journey", "team": "team", "rep": "owner", "measure": "brought_by"},
)

WON = Kpi(
    "deals_won",
    _("Deals won"),
    _("Deals closed as won in the period."),
    Group.DEALS,
    Owner.SALES,
    DEALS,
    Counted(),
    query={"status": "won"},
    since="closed_since",
    until="closed_before",
    moment="closed_at",
    lacks={"phase": NO_PHASE},
    is_sum=True,
)
WIN_RATE = replace(
    WON,
    key="win_rate",
    label=_("Win rate"),
    definition=_("Of the deals closed in the period, those that were won."),
    way=Share(),
    unit="%",
    query={},
    part={"status": "won"},
    is_sum=False,
)
WON_VALUE = replace(
    WON,
    key="won_value",
    label=_("Value won"),
    definition=_("Of the deals won in the period."),
    way=Total("value"),
    unit="money",
)
SALES_CYCLE = replace(
    WON,
    key="sales_cycle",
    label=_("Median sales cycle"),
    definition=_("From opening to winning, of the deals won in the period."),
    way=MedianTime("opened_at", "closed_at", DAY),
    unit="d",
    more_is_better=False,
    is_sum=False,
)
DEALS_LOST = replace(
    WON,
    key="deals_lost",
    label=_("Deals lost"),
    definition=_("Deals closed as lost in the period; each for a reason."),
    group=Group.QUALITY,
    query={"status": "lost"},
    more_is_better=False,
)
NEEDS_ANALYSES = replace(
    WON,
    key="needs_analyses",
    label=_("Needs analyses"),
    definition=_("Deals in which answers of the needs analysis were noted."),
    group=Group.QUALITY,
    query={},
    since="analyzed_since",
    until="analyzed_before",
    moment="",
)
PIPELINE_VALUE = replace(
    WON,
    key="pipeline_value",
    label=_("Pipeline"),
    definition=_("What all open deals are worth at this moment."),
    way=Total("value"),
    unit="money",
    query={"status": "open"},
    since=None,
    until=None,
    moment="",
    is_sum=False,
)
FORECAST = replace(
    PIPELINE_VALUE,
    key="forecast",
    label=_("Forecast"),
    definition=_("The pipeline, each deal weighed by the probability of its stage."),
    way=Forecast(),
)

OF_DEALS = (WIN_RATE, WON, WON_VALUE, SALES_CYCLE, PIPELINE_VALUE, FORECAST)
OF_QUALITY = (DEALS_LOST, NEEDS_ANALYSES)
