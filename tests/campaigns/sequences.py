"""Steps of sequences as they are written, and contacts who go through them."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from campaigns.models import Enrollment, Message
from campaigns.services.advancing import advance_due_enrollments
from campaigns.services.enrollments import enroll_contacts
from campaigns.services.sending import send_due_messages
from tests.factories.campaigns import MailTemplateFactory
from tests.factories.contacts import ConsentFactory, ContactFactory

TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def agreed(**fields):
    contact = ContactFactory(**fields)
    ConsentFactory(contact=contact, at=TUESDAY - DAY)
    return contact


def enter(sequence, *contacts) -> list[Enrollment]:
    return enroll_contacts(
        sequence=sequence, contacts=contacts, source="test", by=None, at=timezone.now()
    )


def mail(**fields) -> dict:
    template = MailTemplateFactory(**fields)
    return {"kind": "mail", "settings": {"template": template.pk}}


def wait(days: int) -> dict:
    return {"kind": "wait", "settings": {"days": days}}


def run_on(clock, days: float = 0.0) -> None:
    """Let time pass, from one thing that is due to the next."""
    end = timezone.now() + timedelta(days=days)
    while True:
        advance_due_enrollments()
        send_due_messages()
        advance_due_enrollments()
        if timezone.now() >= end:
            return
        due = [
            *Enrollment.objects.active()
            .exclude(due_at=None)  # paused
            .values_list("due_at", flat=True),
            *Message.objects.waiting().values_list("due_at", flat=True),
        ]
        ahead = [moment for moment in due if timezone.now() < moment < end]
        clock.move_to(min(ahead, default=end))


def ends(sequence) -> list[str]:
    runs = Enrollment.objects.filter(sequence=sequence).order_by("pk")
    return [run.end for run in runs]


def subjects(mailoutbox) -> list[str]:
    return [mail.subject for mail in mailoutbox]
