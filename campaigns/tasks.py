"""Background work of this app: thin, and safe to lose or to run twice."""

from celery import shared_task
from django.utils import timezone

from campaigns.services.sending import send_due_messages


@shared_task(name="campaigns.send_messages")
def send_messages() -> None:
    """Asked for when a mail is planned for now; and the sweep, for all others."""
    send_due_messages()


@shared_task(name="campaigns.advance_enrollments")
def advance_enrollments() -> None:
    """Asked for when somebody enters a sequence; and the sweep, for what is due."""
    # Late, because what it leads to asks for the task above.
    from campaigns.services.advancing import advance_due_enrollments  # noqa: PLC0415

    advance_due_enrollments()


@shared_task(name="campaigns.look_for_entries")
def look_for_entries() -> None:
    """The sweep: who has entered a segment or a phase, or done something."""
    from campaigns.services import triggers  # noqa: PLC0415

    triggers.look_for_entries()


@shared_task(name="campaigns.remind_unconfirmed")
def remind_unconfirmed() -> None:
    from campaigns.services import expiry  # noqa: PLC0415 -- as above

    expiry.remind_unconfirmed(at=timezone.now())


@shared_task(name="campaigns.erase_unconfirmed")
def erase_unconfirmed() -> None:
    from campaigns.services import expiry  # noqa: PLC0415 -- as above

    expiry.erase_unconfirmed(at=timezone.now())


@shared_task(name="campaigns.erase_old_mails")
def erase_old_mails() -> None:
    from campaigns.services import retention  # noqa: PLC0415 -- as above

    retention.erase_old_mails(at=timezone.now())


@shared_task(name="campaigns.delete_unused_uploads")
def delete_unused_uploads() -> None:
    from campaigns.services import unused_uploads  # noqa: PLC0415 -- as above

    unused_uploads.delete_unused_uploads(at=timezone.now())


@shared_task(name="campaigns.choose_winners")
def choose_winners() -> None:
    """The sweep: variants of splits that have proved better."""
    from campaigns.services import winners  # noqa: PLC0415 -- as above

    winners.choose_winners(at=timezone.now())


@shared_task(name="campaigns.recount_interests")
def recount_interests() -> None:
    """Asked for when somebody did something; and the sweep, for what was missed."""
    from campaigns.services import interests  # noqa: PLC0415 -- as above

    interests.recount_stale_interests()


@shared_task(name="campaigns.plan_follow_ups")
def plan_follow_ups() -> None:
    """Asked for when attendance was recorded; and the sweep, until scores are known."""
    from campaigns.services import follow_ups  # noqa: PLC0415 -- as above

    follow_ups.plan_due_follow_ups()
