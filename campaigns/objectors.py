"""What campaigns knows against touching somebody: too much already, or the wrong hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain

from django.conf import settings
from django.db.models import Exists, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.models.enrollment import Enrollment, run_of_key
from campaigns.models.message import Message
from campaigns.models.sender import Sender
from campaigns.models.sequence import Sequence as MailSequence
from campaigns.timing import zone_of
from contacts.gate import (
    Channel,
    Objection,
    Purpose,
    Reason,
    Touch,
    register_objector,
    register_reason,
)
from journeys.models import Interaction
from journeys.models.interaction import Kind

# What both teams do to a company's people.
TOUCHES = (Kind.EMAIL_SENT, Kind.CALL_OUTBOUND, Kind.MEETING)
LOOK_AGAIN = timedelta(hours=1)
HOURS_AND_CAP = "hours and cap"
WEEK = timedelta(days=7)
REASONS = {
    "frequency_cap": _(
        "Marketing mails within %(days)s × 24 h: %(sent)s, as many as allowed."
    ),
    "company_cap": _("The company had %(touches)s touches in 7 days."),
    "run_over": _("The sequence is over for this contact."),
    "sequence_paused": _("The sequence is paused."),
    "not_scored": _("The score could not be counted."),
    "sender_missing": _("Nobody has said who mails come from."),
    "quiet_hours": _("It is outside the hours for mails where the contact is."),
}


def against_hours_and_cap(touches: Sequence[Touch]) -> Iterator[Objection]:
    """What the sender's settings say: when to be quiet, and how often to write.

    So many marketing mails a day, and a week, over everything that sends them.
    """
    mails = [touch for touch in touches if _is_marketing_mail(touch)]
    sender = Sender.objects.current() if mails else None
    if sender is None:
        return
    earlier, of_company = _sent_to(mails), _touches_of_companies(mails, sender)
    for touch in mails:
        if until := _quiet_until(touch, sender):
            yield touch, Reason("quiet_hours", until=until)
        sent = [
            moment for key, moment in earlier[touch.contact.pk] if key != touch.subject
        ]
        for reason in _too_many(touch, sender, [*sent, *touch.foreseen]):
            yield touch, reason
        touches = of_company[touch.contact.company_id]
        if reason := _too_many_of_company(touch, sender, touches):
            yield touch, reason


def _touches_of_companies(
    mails: Sequence[Touch], sender: Sender
) -> dict[int | None, list[datetime]]:
    """Company id -> when both teams touched any of its people, in the order of time.

    Of the week before the first of ``mails``; of none if companies have no cap.
    """
    found: dict[int | None, list[datetime]] = defaultdict(list)
    ids = {touch.contact.company_id for touch in mails} - {None}
    if sender.per_company is None or not ids:
        return found
    since = min(touch.at for touch in mails) - WEEK
    done = Interaction.objects.filter(
        contact__company__in=ids, kind__in=TOUCHES, occurred_at__gt=since
    ).values_list("contact__company_id", "occurred_at")
    # Those that have arrived for sure are interactions.
    leaving = Message.objects.filter(
        contact__company__in=ids,
        state__in=(Message.State.TRANSMITTING, Message.State.UNKNOWN),
        transmitted_at__gt=since,
    ).values_list("contact__company_id", "transmitted_at")
    for pk, at in chain(done, leaving):
        found[pk].append(at)
    for moments in found.values():
        moments.sort()
    return found


def _too_many_of_company(
    touch: Touch, sender: Sender, touches: list[datetime]
) -> Reason | None:
    if sender.per_company is None:
        return None
    # Also what is later than this by a moment: it was decided before this is.
    within = [at for at in touches if at > touch.at - WEEK]
    if len(within) < sender.per_company:
        return None
    until = within[len(within) - sender.per_company] + WEEK
    return Reason("company_cap", {"touches": len(within)}, until=until)


def counts_company(touch: Touch) -> bool:
    """Whether what its company has had decides about it: then lock the company first."""
    if touch.contact.company_id is None or not _is_marketing_mail(touch):
        return False
    return Sender.objects.filter(per_company__isnull=False).exists()


def _sent_to(mails: Sequence[Touch]) -> dict[int, list[tuple[str, datetime]]]:
    """Contact id -> keys and moments of marketing mails, in the order of time."""
    contact_ids = {touch.contact.pk for touch in mails}
    rows = _earlier(contact_ids, before=min(touch.at for touch in mails))
    sent: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    moments = rows.order_by("transmitted_at")
    for pk, key, at in moments.values_list("contact_id", "key", "transmitted_at"):
        sent[pk].append((key, at))
    return sent


def _earlier(contact_ids: Collection[int], *, before: datetime) -> QuerySet[Message]:
    """What counts against the caps: marketing mails of the week before, and since."""
    return Message.objects.may_have_arrived().filter(
        contact__in=contact_ids,
        purpose=Purpose.MARKETING,
        transmitted_at__gt=before - WEEK,
    )


def _too_many(touch: Touch, sender: Sender, sent: list[datetime]) -> Iterator[Reason]:
    for days, most in ((1, sender.per_day), (7, sender.per_week)):
        span = timedelta(days=days)
        within = [moment for moment in sent if moment > touch.at - span]
        if len(within) >= most:
            # When so many have aged that one more fits.
            until = within[len(within) - most] + span
            params = {"sent": len(within), "days": days}
            yield Reason("frequency_cap", params, until=until)


def _quiet_until(touch: Touch, sender: Sender) -> datetime | None:
    """When the quiet hours end that it is in; None if it is in none."""
    if sender.quiet_from is None or sender.quiet_until is None:
        return None
    local = _local(touch)
    clock, begins, ends = local.time(), sender.quiet_from, sender.quiet_until
    if begins <= ends:
        is_quiet, ends_next_day = begins <= clock < ends, False
    else:
        is_quiet, ends_next_day = clock >= begins or clock < ends, clock >= begins
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=ends_next_day)
    until = datetime.combine(day, ends, tzinfo=local.tzinfo)
    return until.astimezone(touch.at.tzinfo)


def _local(touch: Touch) -> datetime:
    zone = zone_of(touch.contact.timezone, default=settings.TIME_ZONE)
    return touch.at.astimezone(zone)


def sign_of_hours_or_cap(touch: Touch) -> Q | None:
    """Quiet hours where the contact is, or a mail within the last week."""
    if not _is_marketing_mail(touch):
        return None
    clock = _local(touch).time()
    has_begun, is_not_over = Q(quiet_from__lte=clock), Q(quiet_until__gt=clock)
    runs_over_midnight = Q(quiet_from__gt=F("quiet_until"))
    is_quiet = has_begun & is_not_over
    is_quiet |= runs_over_midnight & (has_begun | is_not_over)
    speaks = is_quiet
    if touch.contact.company_id is not None:
        speaks |= Q(per_company__isnull=False)
    return Q(Exists(Sender.objects.filter(speaks))) | Q(
        Exists(_earlier({touch.contact.pk}, before=touch.at))
    )


def against_sequence(touches: Sequence[Touch]) -> Iterator[Objection]:
    """A mail of a run that is over, or of a sequence that is paused."""
    numbers = {
        touch: number
        for touch in touches
        if (number := run_of_key(touch.subject)) is not None
    }
    if not numbers:
        return
    runs = Enrollment.objects.select_related("sequence").in_bulk(set(numbers.values()))
    for touch, number in numbers.items():
        run = runs.get(number)
        if run is None or not run.is_active:
            yield touch, Reason("run_over")
        elif run.sequence.status == MailSequence.Status.PAUSED:
            yield touch, Reason("sequence_paused", until=touch.at + LOOK_AGAIN)


def sign_of_sequence(touch: Touch) -> Exists | None:
    number = run_of_key(touch.subject)
    if number is None:
        return None
    runs = Enrollment.objects.active().filter(pk=number)
    return ~Exists(runs.exclude(sequence__status=MailSequence.Status.PAUSED))


def _is_marketing_mail(touch: Touch) -> bool:
    return touch.channel == Channel.EMAIL and touch.purpose == Purpose.MARKETING


def register_objectors() -> None:
    for code, sentence in REASONS.items():
        register_reason(code, sentence)
    register_objector("sequence", against_sequence, sign=sign_of_sequence)
    register_objector(HOURS_AND_CAP, against_hours_and_cap, sign=sign_of_hours_or_cap)
