"""Background work of this app: thin, and safe to lose or to run twice."""

from celery import shared_task
from django.utils import timezone

from sales.services.returns import return_declined_leads as return_leads


@shared_task(name="sales.return_declined_leads")
def return_declined_leads() -> None:
    """The sweep for dates to return that have come."""
    return_leads(at=timezone.now())
