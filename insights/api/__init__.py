"""REST doors to figures."""

from insights.api.declines import DeclinesView
from insights.api.kpis import KpiView

__all__ = ["DeclinesView", "KpiView"]
