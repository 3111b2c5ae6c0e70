"""Mails that came back to us, or that somebody wrote because of one of ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from campaigns.mailing.composing import BadAddress, wire_address
from campaigns.mailing.returned import Delivery, Returned, read_returned
from campaigns.models.message import Message, MessageCopy
from campaigns.services.reports import MailReport, note_report
from contacts.models import Contact

# For how long mail servers try.
TRIED_FOR = timedelta(days=7)
NOT_OURS, NOTHING = "not ours", "nothing"


def take_returned_mail(*, raw: bytes, at: datetime) -> str:
    """Take in one mail, as far as it is about a mail of ours; return what it was.

    Our Message-ID says which mail it is about, and nobody but its reader knows that. A
    bounce that names a recipient only may be anybody's invention: it counts as "later",
    however final it says it is. So does one about an address that ours was passed on to.

    Safe to repeat. Raises ``Unreadable``.
    """
    returned = read_returned(raw)
    if not returned.what:
        return NOTHING
    found = Message.objects.filter(token__in=returned.tokens)
    by_token = {row.token: row for row in found.select_related("contact")}
    message = next((by_token[t] for t in returned.tokens if t in by_token), None)
    if message is None:
        message = _latest_to(returned)
        if message is None:
            return NOT_OURS
        report = _report(message, returned, at=at)
        report = replace(report, what="suspected", answer=returned.deliveries[0].answer)
    else:
        report = _report(message, returned, at=at)
    if report.what == "replied" and not _is_theirs(returned.sender, message):
        return NOT_OURS
    note_report(report, at=at)
    return report.what


def _report(message: Message, returned: Returned, *, at: datetime) -> MailReport:
    # By its own clock, which may show anything.
    moment = min(returned.sent_at or at, at)
    if message.transmitted_at is not None:
        moment = max(moment, message.transmitted_at)
    report = MailReport(
        token=message.token,
        what=returned.what,
        at=moment,
        key=returned.key,
        subject=returned.subject,
        words=returned.words,
    )
    if not returned.deliveries:
        return report
    delivery = _about(message, returned.deliveries)
    if delivery is not None:
        return replace(report, what=delivery.what, answer=delivery.answer)
    # Of another address: the mail has left, and was passed on.
    first = returned.deliveries[0]
    what = "delivered" if first.what == "delivered" else "deferred"
    return replace(report, what=what, answer=first.answer)


def _about(message: Message, deliveries: tuple[Delivery, ...]) -> Delivery | None:
    """What is said of the address that the mail was sent to."""
    ours = _written_to(message)
    return next((each for each in deliveries if each.recipients & ours), None)


def _written_to(message: Message) -> set[str]:
    copies = MessageCopy.objects.filter(message=message)
    address = copies.values_list("recipient", flat=True).first()
    address = address or message.contact.email
    try:
        return {address.casefold(), wire_address(address).casefold()}
    except BadAddress:
        return {address.casefold()}


def _latest_to(returned: Returned) -> Message | None:
    """The mail that a bounce without our Message-ID can only be about."""
    if returned.sent_at is None or returned.what not in ("bounced", "deferred"):
        return None
    keys = set().union(*(each.recipients for each in returned.deliveries))
    rows = Message.objects.may_have_arrived().filter(
        contact__in=[row.pk for row in Contact.everyone.addressed(keys).values()],
        transmitted_at__lte=returned.sent_at,
        transmitted_at__gt=returned.sent_at - TRIED_FOR,
    )
    return rows.select_related("contact").order_by("-transmitted_at", "-pk").first()


def _is_theirs(sender: str, message: Message) -> bool:
    """True if the contact answers, or somebody of their company does."""
    contact, known = message.contact, _written_to(message)
    if sender in {contact.email.casefold(), *known}:
        return True
    domains = {address.rpartition("@")[2] for address in known}
    return contact.company_id is not None and sender.rpartition("@")[2] in domains
