"""Background work of this app: thin, and safe to lose or to run twice."""

from celery import shared_task

from campaigns.services.sending import send_due_messages


@shared_task(name="campaigns.send_messages")
def send_messages() -> None:
    """Asked for when a mail is planned for now; and the sweep, for all others."""
    send_due_messages()
