"""What must hold once all is quiet; in as many queries for many contacts as for two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Count, F, Max, Min, QuerySet
from django.utils import timezone

from accounts.models import Notification
from campaigns.models import Message
from contacts.gate import Purpose
from contacts.models import Consent, Contact, Merge
from insights.collisions.stage import CAP, COMPANY_CAP
from journeys.models import Interaction
from sales.models import Claim, Deal, Handoff, Offer, OfferCounter, Task
from scoring.models import Crossing, StaleMark

State = Message.State


def faults(contacts: Collection[Contact]) -> Iterator[str]:
    """A sentence for each thing that is not as it must be with these contacts."""
    yield from _sales(contacts)
    yield from _tasks(contacts)
    yield from _crossings(contacts)
    yield from _mails(contacts)
    yield from _merges(contacts)
    yield from _offer_numbers()


def outcome() -> dict[str, int]:
    """What has come of all that was played."""
    states = Message.objects.values_list("state").annotate(count=Count("pk"))
    mails = {f"mails {state}": count for state, count in states.order_by("state")}
    return {
        "crossings": Crossing.objects.count(),
        "handoffs": Handoff.objects.count(),
        "claims": Claim.objects.count(),
        "deals": Deal.objects.count(),
        "offers sent": Offer.objects.exclude(status=Offer.Status.DRAFT).count(),
        "tasks": Task.objects.count(),
        "merges": Merge.objects.count(),
        **mails,
    }


def _sales(contacts: Collection[Contact]) -> Iterator[str]:
    open_handoffs = Handoff.objects.open().filter(contact__in=contacts)
    for contact_id, count in _counts(open_handoffs):
        if count > 1:
            yield f"Contact {contact_id}: {count} open handoffs."
    accepted = open_handoffs.filter(status=Handoff.Status.ACCEPTED)
    for pk in accepted.filter(assignee=None).values_list("pk", flat=True):
        yield f"Handoff {pk}: accepted by nobody."
    others = accepted.exclude(contact__owner=F("assignee"))
    for contact_id in others.values_list("contact", flat=True):
        yield f"Contact {contact_id}: owned by another than works the lead."
    ownerless = Deal.objects.open().filter(contact__in=contacts, contact__owner=None)
    for pk in ownerless.exclude(owner=None).values_list("pk", flat=True):
        yield f"Deal {pk}: somebody's, and the contact is nobody's."
    claims = Claim.objects.filter(contact__in=contacts, released_at=None)
    for contact_id, count in _counts(claims):
        if count > 1:
            yield f"Contact {contact_id}: {count} claims."
    lines = Notification.objects.in_inbox(at=timezone.now()).order_by()
    lines = lines.filter(contact_id__in=_pks(contacts))
    counted = lines.values("recipient", "kind", "contact_id").annotate(n=Count("pk"))
    for line in counted.filter(n__gt=1):
        yield f"Contact {line['contact_id']}: {line['n']} lines of kind {line['kind']}."


def _tasks(contacts: Collection[Contact]) -> Iterator[str]:
    calls = Task.objects.open().filter(contact__in=contacts, kind=Task.Kind.CALL)
    pks = set(calls.values_list("contact", flat=True))
    latest = Consent.objects.latest_of(pks, [Consent.Purpose.PHONE])
    for (pk, _purpose), granted in latest.items():
        if not granted:
            yield f"Contact {pk}: is to be called, and does not want to be."


def _crossings(contacts: Collection[Contact]) -> Iterator[str]:
    marked = StaleMark.objects.filter(contact__in=contacts)
    for contact_id, count in _counts(marked):
        yield f"Contact {contact_id}: {count} marks were not worked off."
    crossings = Crossing.objects.filter(contact__in=contacts)
    for pk in crossings.filter(handoff_event=None).values_list("pk", flat=True):
        yield f"Crossing {pk}: led to no handoff."
    keys = {f"crossing:{pk}": pk for pk in crossings.values_list("pk", flat=True)}
    lines = Notification.objects.filter(key__in=keys)
    told = Counter(lines.values_list("key", flat=True))
    for key, pk in keys.items():
        if told[key] != 1:
            yield f"Crossing {pk}: told {told[key]} times."


def _mails(contacts: Collection[Contact]) -> Iterator[str]:
    mails = Message.objects.filter(contact__in=contacts)
    stuck = mails.filter(state__in=[State.SENDING, State.TRANSMITTING, State.UNKNOWN])
    for pk, state in stuck.values_list("pk", "state"):
        yield f"Message {pk}: {state}, though nobody was killed."
    gone = mails.may_have_arrived().filter(purpose=Purpose.MARKETING).order_by()
    # By address: whoever is merged brings along what went to another.
    to_each = gone.values("copy__recipient").annotate(n=Count("pk"))
    for address, n in to_each.values_list("copy__recipient", "n").filter(n__gt=CAP):
        yield f"{address}: {n} mails, and {CAP} are the most."
    companies = gone.exclude(contact__company=None).values("contact__company")
    too_many = companies.annotate(n=Count("pk")).filter(n__gt=COMPANY_CAP)
    for company_id, n in too_many.values_list("contact__company", "n"):
        yield f"Company {company_id}: {n} mails, and {COMPANY_CAP} are the most."
    for pk in mails.filter(reason="broken").values_list("pk", flat=True):
        yield f"Message {pk}: could not be made a mail."
    for pk, attempts in mails.filter(attempts__gt=1).values_list("pk", "attempts"):
        yield f"Message {pk}: handed over {attempts} times."


def _merges(contacts: Collection[Contact]) -> Iterator[str]:
    pks = _pks(contacts)
    rows = Contact.everyone.merged().filter(pk__in=pks).values_list("pk", flat=True)
    merged = set(rows)
    standing = Merge.objects.standing()
    counts = Counter(standing.filter(gone__in=merged).values_list("gone", flat=True))
    for pk in sorted(merged):
        if counts[pk] != 1:
            yield f"Contact {pk}: merged, and {counts[pk]} merges say so."
    left: dict[str, QuerySet[Any]] = {
        "interactions": Interaction.objects.all(),
        "open handoffs": Handoff.objects.open(),
        "open deals": Deal.objects.open(),
        "open tasks": Task.objects.open(),
        "claims": Claim.objects.filter(released_at=None),
    }
    for what, found in left.items():
        for pk, n in _counts(found.filter(contact__in=merged)):
            yield f"Contact {pk}: merged, and still has {n} {what}."
    alone = standing.filter(gone__in=pks, gone__merged_into=None)
    for pk in alone.values_list("pk", flat=True):
        yield f"Merge {pk}: stands, and the contact is one of its own."


def _offer_numbers() -> Iterator[str]:
    """Of each year: from one on, without a gap and none twice."""
    rows = Offer.objects.filter(running__isnull=False).order_by().values("year")
    counted = rows.annotate(
        n=Count("pk"), first=Min("running"), last=Max("running")
    ).values_list("year", "n", "first", "last")
    given = dict(OfferCounter.objects.values_list("year", "last"))
    for year, n, first, last in counted:
        if (first, last) != (1, n):
            yield f"Offers of {year}: {n}, numbered from {first} to {last}."
        if given.get(year) != last:
            yield f"Offers of {year}: {last} is the last, {given.get(year)} was given."


def _pks(contacts: Collection[Contact]) -> list[int]:
    return [contact.pk for contact in contacts]


def _counts(rows: QuerySet[Any]) -> Iterator[tuple[int, int]]:
    counted = rows.order_by().values("contact").annotate(count=Count("pk"))
    yield from counted.values_list("contact", "count")
