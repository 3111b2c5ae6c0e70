"""Background work of this app: thin, and safe to lose or to run twice."""

from celery import shared_task

from accounts.services.running import run_waiting_jobs


@shared_task(name="accounts.run_jobs")
def run_jobs() -> None:
    """Asked for when a job is started; and the sweep, for what a killed run left."""
    run_waiting_jobs()
