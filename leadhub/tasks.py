"""Background work of the plumbing."""

from celery import shared_task

from leadhub.rest.idempotency import forget_old_requests as forget


@shared_task(name="leadhub.forget_old_requests")
def forget_old_requests() -> None:
    forget()
