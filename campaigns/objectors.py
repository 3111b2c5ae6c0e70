"""What campaigns knows against touching somebody: too much already, or the wrong hour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from campaigns.models.message import Message
from campaigns.models.sender import Sender
from contacts.gate import (
    Channel,
    Purpose,
    Reason,
    Touch,
    register_objector,
    register_reason,
)

REASONS = {
    "frequency_cap": _("Got %(sent)s marketing mails in %(days)s days."),
    "quiet_hours": _("It is outside the hours for mails where the contact is."),
}


def against_too_many(touch: Touch) -> Iterator[Reason]:
    """So many marketing mails a day, and a week, over everything that sends them."""
    if not _is_marketing_mail(touch):
        return
    sender = Sender.objects.current()
    if sender is None:
        return
    rows = Message.objects.may_have_arrived().filter(
        contact=touch.contact.pk,
        purpose=Purpose.MARKETING,
        transmitted_at__gt=touch.at - timedelta(days=7),
    )
    moments = rows.exclude(key=touch.subject).order_by("transmitted_at")
    sent = list(moments.values_list("transmitted_at", flat=True))
    for days, most in ((1, sender.per_day), (7, sender.per_week)):
        span = timedelta(days=days)
        within = [moment for moment in sent if moment > touch.at - span]
        if len(within) >= most:
            # When so many have aged that one more fits.
            until = within[len(within) - most] + span
            params = {"sent": len(within), "days": days}
            yield Reason("frequency_cap", params, until=until)


def against_quiet_hours(touch: Touch) -> Iterator[Reason]:
    if not _is_marketing_mail(touch):
        return
    sender = Sender.objects.current()
    if sender is None or sender.quiet_from is None or sender.quiet_until is None:
        return
    local = touch.at.astimezone(zone_of(touch.contact.timezone))
    clock, begins, ends = local.time(), sender.quiet_from, sender.quiet_until
    if begins <= ends:
        is_quiet, ends_next_day = begins <= clock < ends, False
    else:
        is_quiet, ends_next_day = clock >= begins or clock < ends, clock >= begins
    if is_quiet:
        day = local.date() + timedelta(days=ends_next_day)
        until = datetime.combine(day, ends, tzinfo=local.tzinfo)
        yield Reason("quiet_hours", until=until.astimezone(touch.at.tzinfo))


def zone_of(name: str) -> tzinfo:
    """The contact's time zone; ours if it is not known."""
    try:
        return ZoneInfo(name or settings.TIME_ZONE)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(settings.TIME_ZONE)


def _is_marketing_mail(touch: Touch) -> bool:
    return touch.channel == Channel.EMAIL and touch.purpose == Purpose.MARKETING


def register_objectors() -> None:
    for code, sentence in REASONS.items():
        register_reason(code, sentence)
    register_objector("quiet hours", against_quiet_hours)
    register_objector("frequency", against_too_many)
