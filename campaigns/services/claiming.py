"""Taking mails that are due: some at a time, so that what all need is asked once."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from campaigns.models.message import Message
from campaigns.services.steps import LEASE, touch_of, until
from campaigns.services.supplies import Supplies, supplies_for
from contacts.gate import Reason, reasons_against_each

State = Message.State
AT_ONCE = 10
# What was not begun by then is given back: the rest of the lease is for the others.
FRESH_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that is this sender's for now, and what speaks against it so far."""

    message: Message
    against: Sequence[Reason]
    supplies: Supplies


def claimed(*, per_domain: int, seconds: float) -> Iterator[Claimed]:
    """Mails that are this sender's for now.

    The gate decides again when one is handed over. Those that the caller does not come
    to are given back when the iterator is closed.
    """
    ends = time.monotonic() + seconds
    leave_out: set[str] = set()
    while time.monotonic() < ends:
        now = timezone.now()
        fresh_until = time.monotonic() + FRESH_SECONDS
        mails = deque(claim_due(at=now, leave_out=leave_out, per_domain=per_domain))
        if not mails:
            return
        try:
            touches = {mail.pk: touch_of(mail, at=now) for mail in mails}
            against = reasons_against_each(touches.values())
            supplies = supplies_for(mails)
            while mails and time.monotonic() < fresh_until:
                mail = mails.popleft()
                yield Claimed(mail, against[touches[mail.pk]], supplies)
        finally:
            _give_back_untouched(mails)


@transaction.atomic
def claim_due(
    *, at: datetime, leave_out: set[str], per_domain: int
) -> Sequence[Message]:
    """Take mails that have been due for longest, for a minute; none if there are none.

    Domains that got their share of this minute are added to ``leave_out``.
    """
    skips = connection.features.has_select_for_update_skip_locked
    while True:
        due = Message.objects.due(at=at).exclude(domain__in=leave_out)
        found = list(
            due.select_for_update(no_key=True, skip_locked=skips, of=("self",))
            .select_related(
                "contact__company", "contact__owner", "template", "measure", "by"
            )
            .order_by("due_at", "pk")[:AT_ONCE]
        )
        for mail in found:
            _name_domain(mail)
        sent = _lately_to({mail.domain for mail in found}, at=at)
        mails = []
        for mail in found:
            if sent[mail.domain] < per_domain:
                sent[mail.domain] += 1
                mails.append(mail)
            else:
                leave_out.add(mail.domain)
        if mails or not found:
            break
    owner = uuid4().hex
    for mail in mails:
        mail.owner, mail.state = owner, State.SENDING
    Message.objects.filter(pk__in=[mail.pk for mail in mails]).update(
        state=State.SENDING, owner=owner, lease_until=until(LEASE)
    )
    return mails


def _name_domain(mail: Message) -> None:
    """The contact may have another address than when the mail was planned."""
    domain = mail.contact.email.rpartition("@")[2].lower()
    if domain != mail.domain:
        mail.domain = domain
        Message.objects.filter(pk=mail.pk).update(domain=domain)


def _lately_to(domains: Collection[str], *, at: datetime) -> Counter[str]:
    """How many mails each domain has got within the last minute."""
    rows = Message.objects.filter(
        domain__in=domains, transmitted_at__gt=at - timedelta(minutes=1)
    )
    counts = rows.order_by().values("domain").annotate(count=Count("pk"))
    return Counter(dict(counts.values_list("domain", "count")))


def _give_back_untouched(mails: Collection[Message]) -> None:
    if not mails:
        return
    owners = {mail.owner for mail in mails}
    rows = Message.objects.filter(pk__in=[mail.pk for mail in mails], owner__in=owners)
    rows.filter(state=State.SENDING).update(
        state=State.QUEUED, owner="", lease_until=None
    )
