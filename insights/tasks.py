"""Background work of this app: thin, and safe to lose or to run twice."""

from celery import shared_task
from django.utils import timezone

from insights.services.kpi_months import freeze_due_month


@shared_task(name="insights.freeze_kpis")
def freeze_kpis() -> None:
    """The sweep for months that are over and not closed; one a run."""
    freeze_due_month(at=timezone.now())
