"""Background work of this app: thin, and safe to lose or to run twice."""

from celery import shared_task

from accounts.services.mailing import mail_due_notifications
from accounts.services.running import run_waiting_jobs


@shared_task(name="accounts.mail_notifications")
def mail_notifications() -> None:
    """Asked for when a line is put into an inbox; and the sweep, for tries to come."""
    mail_due_notifications()


@shared_task(name="accounts.run_jobs")
def run_jobs() -> None:
    """Asked for when a job is started; and the sweep, for what a killed run left."""
    run_waiting_jobs()
