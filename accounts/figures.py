"""What a monitoring system is told about webhooks."""

from __future__ import annotations

from django.db.models import Min, QuerySet
from django.utils import timezone

from accounts.models.webhook import WebhookDelivery, WebhookEndpoint
from leadhub.metrics import figure


def _backlog() -> QuerySet[WebhookDelivery]:
    """Of those that will still get it: not of what somebody has switched off."""
    listening = WebhookEndpoint.objects.listening()
    return WebhookDelivery.objects.waiting().filter(endpoint__in=listening)


def waiting_deliveries() -> float:
    return _backlog().count()


def oldest_waiting_delivery() -> float:
    """Seconds since the oldest event happened that somebody has not been told of."""
    oldest = _backlog().aggregate(at=Min("event__at"))["at"]
    return (timezone.now() - oldest).total_seconds() if oldest else 0.0


def paused_webhooks() -> float:
    failing = WebhookEndpoint.Stop.FAILING
    return WebhookEndpoint.objects.filter(stopped_because=failing).count()


def register_figures() -> None:
    figure(
        "leadhub_webhook_deliveries_waiting",
        "Deliveries to webhooks that wait for their first or next attempt.",
        waiting_deliveries,
    )
    figure(
        "leadhub_oldest_webhook_delivery_seconds",
        "How long ago the oldest event happened that a webhook was not told of yet.",
        oldest_waiting_delivery,
    )
    figure(
        "leadhub_webhooks_paused",
        "Webhooks that are paused because nothing has succeeded for three days.",
        paused_webhooks,
    )
