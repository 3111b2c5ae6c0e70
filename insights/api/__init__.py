"""REST doors to figures."""

from insights.api.attribution import AttributionView
from insights.api.declines import DeclinesView
from insights.api.health import JourneyHealthView
from insights.api.kpis import KpiView
from insights.api.months import KpiMonthsView
from insights.api.targets import FigureSettingsView, KpiTargetViewSet

__all__ = [
    "AttributionView",
    "DeclinesView",
    "FigureSettingsView",
    "JourneyHealthView",
    "KpiMonthsView",
    "KpiTargetViewSet",
    "KpiView",
]
