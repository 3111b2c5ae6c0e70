"""What campaigns knows against touching somebody: too much already, or the wrong hour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from campaigns.models.enrollment import Enrollment, run_of_key
from campaigns.models.message import Message
from campaigns.models.sender import Sender
from campaigns.models.sequence import Sequence
from campaigns.timing import zone_of
from contacts.gate import (
    Channel,
    Purpose,
    Reason,
    Touch,
    register_objector,
    register_reason,
)

LOOK_AGAIN = timedelta(hours=1)
REASONS = {
    "frequency_cap": _("Got %(sent)s marketing mails in %(days)s days."),
    "run_over": _("The sequence is over for this contact."),
    "sequence_paused": _("The sequence is paused."),
    "not_scored": _("The score could not be counted."),
    "sender_missing": _("Nobody has said who mails come from."),
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
    sent = [*moments.values_list("transmitted_at", flat=True), *touch.foreseen]
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
    local = touch.at.astimezone(
        zone_of(touch.contact.timezone, default=settings.TIME_ZONE)
    )
    clock, begins, ends = local.time(), sender.quiet_from, sender.quiet_until
    if begins <= ends:
        is_quiet, ends_next_day = begins <= clock < ends, False
    else:
        is_quiet, ends_next_day = clock >= begins or clock < ends, clock >= begins
    if is_quiet:
        day = local.date() + timedelta(days=ends_next_day)
        until = datetime.combine(day, ends, tzinfo=local.tzinfo)
        yield Reason("quiet_hours", until=until.astimezone(touch.at.tzinfo))


def against_sequence(touch: Touch) -> Iterator[Reason]:
    """A mail of a run that is over, or of a sequence that is paused."""
    number = run_of_key(touch.subject)
    if number is None:
        return
    run = Enrollment.objects.select_related("sequence").filter(pk=number).first()
    if run is None or not run.is_active:
        yield Reason("run_over")
    elif run.sequence.status == Sequence.Status.PAUSED:
        yield Reason("sequence_paused", until=touch.at + LOOK_AGAIN)


def _is_marketing_mail(touch: Touch) -> bool:
    return touch.channel == Channel.EMAIL and touch.purpose == Purpose.MARKETING


def register_objectors() -> None:
    for code, sentence in REASONS.items():
        register_reason(code, sentence)
    register_objector("sequence", against_sequence)
    register_objector("quiet hours", against_quiet_hours)
    register_objector("frequency", against_too_many)
