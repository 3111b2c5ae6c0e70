"""The mail that a link was sent in: when it was handed over, what else is in it."""

from __future__ import annotations

from datetime import UTC, datetime

from campaigns.models.message import MailLink, Message
from journeys.models import TrackedLink

NOT_YET = datetime(9999, 1, 1, tzinfo=UTC)


def mail_accepted_at(link: TrackedLink) -> datetime | None:
    """``NOT_YET`` while it is on its way; None if the link was in no mail of ours."""
    row = MailLink.objects.filter(link=link, message__isnull=False)
    found = row.values_list("message__state", "message__transmitted_at").first()
    if found is None:
        return None
    state, moment = found
    if state in (Message.State.SENT, Message.State.UNKNOWN):
        return moment
    return NOT_YET


def links_of_mail(link: TrackedLink) -> list[int]:
    """All of the same mail, or of the mails that share them; none if it is in none."""
    scopes = MailLink.objects.filter(link=link).values("scope")
    rows = MailLink.objects.filter(scope__in=scopes)
    return list(rows.values_list("link", flat=True))
