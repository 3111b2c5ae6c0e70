"""What insights keeps: of facts nothing, of figures the months that are over."""

from insights.models.demo import DemoData
from insights.models.kpi import FigureSettings, KpiMonth, KpiTarget

__all__ = ["DemoData", "FigureSettings", "KpiMonth", "KpiTarget"]
