"""REST doors to figures."""

from insights.api.attribution import AttributionView
from insights.api.declines import DeclinesView
from insights.api.health import JourneyHealthView
from insights.api.kpis import KpiView

__all__ = ["AttributionView", "DeclinesView", "JourneyHealthView", "KpiView"]
