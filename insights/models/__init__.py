"""What insights keeps: of facts only what is counted anew from them at any time."""

from insights.models.board import WallBoard
from insights.models.demo import DemoData
from insights.models.kpi import FigureSettings, KpiMonth, KpiTarget
from insights.models.passage import EnteredPhase, MeasureTouch
from insights.models.rollup import (
    Arrival,
    DailyArrivals,
    DailyCount,
    RollupMark,
    RollupState,
)
from insights.models.subscription import ReportMail, ReportSubscription

__all__ = [
    "Arrival",
    "DailyArrivals",
    "DailyCount",
    "DemoData",
    "EnteredPhase",
    "FigureSettings",
    "KpiMonth",
    "KpiTarget",
    "MeasureTouch",
    "ReportMail",
    "ReportSubscription",
    "RollupMark",
    "RollupState",
    "WallBoard",
]
