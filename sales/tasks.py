"""Background work of this app: thin, and safe to lose or to run twice."""

from celery import shared_task
from django.utils import timezone

from sales.services.digests import mail_digests as mail_all_digests
from sales.services.offers import expire_offers as expire_all_offers
from sales.services.promises import keep_promises as keep_all_promises
from sales.services.replies import tell_replies as tell_all_replies
from sales.services.returns import return_declined_leads as return_leads


@shared_task(name="sales.return_declined_leads")
def return_declined_leads() -> None:
    """The sweep for dates to return that have come."""
    return_leads(at=timezone.now())


@shared_task(name="sales.keep_promises")
def keep_promises() -> None:
    """The sweep of the promise clock; asked for when somebody was called or met."""
    keep_all_promises(at=timezone.now())


@shared_task(name="sales.expire_offers")
def expire_offers() -> None:
    """The sweep for offers whose last day is over."""
    expire_all_offers(at=timezone.now())


@shared_task(name="sales.tell_replies")
def tell_replies() -> None:
    """Asked for when a contact has answered; and the sweep, for what the queue missed."""
    tell_all_replies(at=timezone.now())


@shared_task(name="sales.mail_digests")
def mail_digests() -> None:
    """The sweep for daily mails whose hour has come, and for tries to come."""
    mail_all_digests(at=timezone.now())
