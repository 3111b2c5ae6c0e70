"""What must hold once all is quiet."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.models import Notification
from campaigns.models import Message
from contacts.gate import Purpose
from contacts.models import Contact, Merge
from insights.collisions.stage import CAP
from sales.models import Claim, Handoff
from scoring.models import Crossing, StaleMark

State = Message.State
LEFT = (State.TRANSMITTING, State.SENT, State.UNKNOWN)


def faults(contacts: Collection[Contact]) -> Iterator[str]:
    """A sentence for each thing that is not as it must be with these contacts."""
    yield from _sales(contacts)
    yield from _crossings(contacts)
    yield from _mails(contacts)
    yield from _merges(contacts)


def outcome() -> dict[str, int]:
    """What has come of all that was played."""
    states = Message.objects.values_list("state").annotate(count=Count("pk"))
    mails = {f"mails {state}": count for state, count in states.order_by("state")}
    return {
        "crossings": Crossing.objects.count(),
        "handoffs": Handoff.objects.count(),
        "claims": Claim.objects.count(),
        **mails,
    }


def _sales(contacts: Collection[Contact]) -> Iterator[str]:
    open_handoffs = Handoff.objects.open().filter(contact__in=contacts)
    for contact_id, count in _counts(open_handoffs):
        if count > 1:
            yield f"Contact {contact_id}: {count} open handoffs."
    accepted = Q(status=Handoff.Status.ACCEPTED)
    for pk in open_handoffs.filter(accepted, assignee=None).values_list(
        "pk", flat=True
    ):
        yield f"Handoff {pk}: accepted by nobody."
    rows = open_handoffs.filter(accepted).select_related("contact")
    for handoff in rows:
        if handoff.contact.owner_id != handoff.assignee_id:
            yield f"Contact {handoff.contact_id}: owned by another than works the lead."
    claims = Claim.objects.filter(contact__in=contacts, released_at=None)
    for contact_id, count in _counts(claims):
        if count > 1:
            yield f"Contact {contact_id}: {count} claims."


def _crossings(contacts: Collection[Contact]) -> Iterator[str]:
    marked = StaleMark.objects.filter(contact__in=contacts)
    for contact_id, count in _counts(marked):
        yield f"Contact {contact_id}: {count} marks were not worked off."
    crossings = Crossing.objects.filter(contact__in=contacts)
    for pk in crossings.filter(handoff_event=None).values_list("pk", flat=True):
        yield f"Crossing {pk}: led to no handoff."
    for pk in crossings.values_list("pk", flat=True):
        told = Notification.objects.filter(key=f"crossing:{pk}").count()
        if told != 1:
            yield f"Crossing {pk}: told {told} times."


def _mails(contacts: Collection[Contact]) -> Iterator[str]:
    mails = Message.objects.filter(contact__in=contacts)
    stuck = mails.filter(state__in=[State.SENDING, State.TRANSMITTING, State.UNKNOWN])
    for pk, state in stuck.values_list("pk", "state"):
        yield f"Message {pk}: {state}, though nobody was killed."
    # By address: whoever is merged brings along what went to another.
    gone = mails.filter(state__in=LEFT, purpose=Purpose.MARKETING).order_by()
    counted = gone.values("copy__recipient").annotate(count=Count("pk"))
    for address, count in counted.values_list("copy__recipient", "count"):
        if count > CAP:
            yield f"{address}: {count} mails, and {CAP} are the most."
    for pk in mails.filter(reason="broken").values_list("pk", flat=True):
        yield f"Message {pk}: could not be made a mail."
    for pk, attempts in mails.filter(attempts__gt=1).values_list("pk", "attempts"):
        yield f"Message {pk}: handed over {attempts} times."


def _merges(contacts: Collection[Contact]) -> Iterator[str]:
    merged = Contact.everyone.merged().filter(pk__in=[each.pk for each in contacts])
    for row in merged:
        if Merge.objects.standing().filter(gone=row).count() != 1:
            yield f"Contact {row.pk}: merged, and no merge says so."
        if row.interactions.exists():
            yield f"Contact {row.pk}: merged, and still has interactions."
        if Handoff.objects.open().filter(contact=row).exists():
            yield f"Contact {row.pk}: merged, and still has an open handoff."
    alone = Merge.objects.standing().filter(gone__in=contacts, gone__merged_into=None)
    for pk in alone.values_list("pk", flat=True):
        yield f"Merge {pk}: stands, and the contact is one of its own."


def _counts(rows: QuerySet[Any]) -> Iterator[tuple[int, int]]:
    counted = rows.order_by().values("contact").annotate(count=Count("pk"))
    yield from counted.values_list("contact", "count")
