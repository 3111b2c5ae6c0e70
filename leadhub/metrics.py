"""Figures for a monitoring system, in the text format of Prometheus."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from prometheus_client import GC_COLLECTOR, PLATFORM_COLLECTOR, PROCESS_COLLECTOR
from prometheus_client.core import CollectorRegistry, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

logger = logging.getLogger(__name__)

registry = CollectorRegistry()
for collector in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
    registry.register(collector)


class _Figure:
    def __init__(self, name: str, what: str, count: Callable[[], float]) -> None:
        self.name, self.what, self.count = name, what, count

    def describe(self) -> list[GaugeMetricFamily]:
        return [GaugeMetricFamily(self.name, self.what)]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            value = self.count()
        except Exception:
            # One figure that cannot be had must not hide the others.
            logger.exception("The figure %s could not be counted.", self.name)
        else:
            yield GaugeMetricFamily(self.name, self.what, value=value)


def figure(name: str, what: str, count: Callable[[], float]) -> None:
    """Add a figure that is counted in the database whenever somebody asks.

    ``name`` ends in its unit, e.g. ``leadhub_oldest_stale_mark_seconds``. Such figures
    are the same in whichever process answers. Apps call this in ``ready()``.
    """
    registry.register(_Figure(name, what, count))


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Everything, to whoever brings ``METRICS_TOKEN`` as a bearer token."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.METRICS_TOKEN
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        return HttpResponse(
            "Bring METRICS_TOKEN.\n", "text/plain", 401 if token else 404
        )
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
