"""Background work of this app: thin, and safe to lose or to run twice."""

from celery import shared_task
from django.utils import timezone

from accounts.services.mailing.lines import mail_due_notifications
from accounts.services.running import run_waiting_jobs


@shared_task(name="accounts.mail_notifications")
def mail_notifications() -> None:
    """Asked for when a line is put into an inbox; and the sweep, for tries to come."""
    mail_due_notifications()


@shared_task(name="accounts.run_jobs")
def run_jobs() -> None:
    """Asked for when a job is started; and the sweep, for what a killed run left."""
    run_waiting_jobs()


@shared_task(name="accounts.deliver_webhooks")
def deliver_webhooks() -> None:
    """Asked for when something is to be told; and the sweep, for tries to come."""
    # Late, because telling people that one fails asks for the tasks above.
    from accounts.services.delivering import deliver_due_webhooks  # noqa: PLC0415

    deliver_due_webhooks()


@shared_task(name="accounts.forget_webhook_events")
def forget_webhook_events() -> None:
    """The sweep: what was told more than thirty days ago."""
    from accounts.services import webhook_events  # noqa: PLC0415 -- as above

    webhook_events.forget_old_events(at=timezone.now())
