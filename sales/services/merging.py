"""What sales does about two contacts that become one: one lead, one conversation."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from django.utils import timezone

from accounts.models import Notification, User
from campaigns.models import Enrollment
from campaigns.services.enrollments import stop_enrollments
from contacts.merging import Merging, Part
from contacts.models import Contact
from sales.assignment import Assignment
from sales.models import Claim, Deal, Handoff, HandoffEvent
from sales.services.steps import finish_notices, note, pass_on
from sales.services.task_lines import key_of, renew_task_line

Status, Happened = Handoff.Status, HandoffEvent.Kind
# As a merge names the handoffs that it has moved.
MOVED = "sales.handoff.contact"


class HandoffPart(Part):
    """Of two open handoffs the accepted one goes on, else the older."""

    def merge(self, merging: Merging) -> dict[str, Any]:
        rows = Handoff.objects.open().select_for_update(no_key=True, of=("self",))
        pks = [contact.pk for contact in merging.both]
        found = list(
            rows.filter(contact__in=pks)
            .select_related("assignee", "team")
            .order_by("offered_at", "pk")
        )
        found.sort(key=lambda row: row.status != Status.ACCEPTED)
        noted: dict[str, Any] = {"closed": None, "status": ""}
        for other in found[1:]:
            noted = {"closed": other.pk, "status": other.status}
            other.status, other.closed_at = Status.CLOSED, merging.at
            other.save(update_fields=["status", "closed_at"])
            note(other, Happened.MERGED, by=merging.by, at=merging.at)
            finish_notices(other, at=merging.at)
        if found:
            _let_own(found[0], merging.kept.pk, merging)
            stop_enrollments(
                contact_ids=[merging.kept.pk],
                end=Enrollment.End.HANDED_OFF,
                at=merging.at,
            )
        return noted

    def merged(self, merging: Merging) -> None:
        """One person, one rep: an offer goes to whose contact it has become."""
        kept = merging.kept
        handoff = _offered(kept)
        if handoff is None:
            return
        before = Contact.everyone.values_list("owner", flat=True).get(pk=kept.pk)
        has_come = handoff.pk in merging.merge.moved.get(MOVED, ())
        if has_come or handoff.assignee is None or before != kept.owner_id:
            _offer_to_owner(handoff, kept, merging)

    def undo(self, merging: Merging, noted: dict[str, Any]) -> None:
        pk = noted["closed"]
        if pk is not None:
            _reopen(pk, noted["status"], merging)
        pks = [contact.pk for contact in merging.both]
        for handoff in Handoff.objects.open().filter(contact__in=pks):
            _let_own(handoff, handoff.contact_id, merging)
        self._bring_lines_back(merging)
        for contact in merging.both:
            handoff = _offered(contact)
            if handoff is not None and _went_to(handoff, merging):
                _offer_to_owner(handoff, contact, merging)

    def _bring_lines_back(self, merging: Merging) -> None:
        """Lines that were written meanwhile go with the lead that they are about."""
        theirs = Handoff.objects.filter(contact=merging.gone.pk)
        company = merging.gone.company
        Notification.objects.filter(
            kind=Notification.Kind.HANDOFF,
            contact_id=merging.kept.pk,
            subject_id__in=theirs.values("pk"),
        ).update(
            contact_id=merging.gone.pk,
            title=str(merging.gone),
            subtitle=company.name if company else "",
        )


class DealPart(Part):
    """Somebody owns the contact of a deal that was opened since."""

    def undo(self, merging: Merging, noted: None) -> None:
        for contact in merging.both:
            deals = Deal.objects.open().filter(contact=contact.pk)
            owned = deals.exclude(owner=None).order_by("pk").first()
            if owned is not None and contact.owner_id is None:
                merging.owners.setdefault(contact.pk, owned.owner_id)


class ClaimPart(Part):
    """Of two conversations the one that began first goes on."""

    def merge(self, merging: Merging) -> int | None:
        pks = [contact.pk for contact in merging.both]
        rows = Claim.objects.filter(contact__in=pks, released_at=None)
        live, ended = [], None
        for claim in rows.order_by("at", "pk"):
            if claim.until > merging.at and not live:
                live.append(claim)
                continue
            ended = claim.pk if claim.until > merging.at else ended
            over_at = min(claim.until, merging.at)
            Claim.objects.filter(pk=claim.pk).update(released_at=over_at)
        if live:
            stop_enrollments(
                contact_ids=[merging.kept.pk],
                end=Enrollment.End.CLAIMED,
                at=merging.at,
            )
        return ended

    def undo(self, merging: Merging, noted: int | None) -> None:
        ended = Claim.objects.filter(
            pk=noted, until__gt=merging.at, released_at=merging.merge.at
        )
        for claim in ended:
            current = Claim.objects.filter(contact=claim.contact_id, released_at=None)
            if not current.exists():
                Claim.objects.filter(pk=claim.pk).update(released_at=None)


class LinePart(Part):
    """Of two lines of a kind in an inbox the newer one stays."""

    KINDS = (Notification.Kind.MENTION, Notification.Kind.REPLY)

    def merge(self, merging: Merging) -> list[int]:
        pks = [contact.pk for contact in merging.both]
        lines = Notification.objects.filter(
            kind__in=self.KINDS, contact_id__in=pks, done_at=None
        )
        seen: set[tuple[int, str]] = set()
        older = []
        for line in lines.order_by("-created_at", "-pk"):
            name = (line.recipient_id, line.kind)
            if name in seen:
                older.append(line.pk)
            seen.add(name)
        Notification.objects.filter(pk__in=older).update(done_at=merging.at)
        return older

    def undo(self, merging: Merging, noted: list[int] | None) -> None:
        rows = Notification.objects.filter(pk__in=noted or [], done_at=merging.merge.at)
        rows.update(done_at=None)


class TaskPart(Part):
    """One line in an inbox for all that is to be done about the survivor."""

    def merged(self, merging: Merging) -> None:
        self._renew(merging, [merging.kept])

    def undo(self, merging: Merging, noted: None) -> None:
        self._renew(merging, merging.both)

    def _renew(self, merging: Merging, contacts: Sequence[Contact]) -> None:
        """Lines anew, for those who have some: nothing was done about them."""
        pks = [contact.pk for contact in merging.both]
        lines = Notification.objects.filter(
            kind=Notification.Kind.TASK,
            subject_id__in=pks,
            key__in=[key_of(pk) for pk in pks],
            done_at=None,
        )
        theirs = User.objects.filter(pk__in=lines.values("recipient"))
        recipients = list(theirs.order_by("pk"))
        lines.delete()
        for contact, recipient in product(contacts, recipients):
            renew_task_line(contact=contact, assignee=recipient, at=merging.at)


def _offered(contact: Contact) -> Handoff | None:
    rows = Handoff.objects.select_related("assignee", "team")
    return rows.filter(contact=contact.pk, status=Status.OFFERED).first()


def _went_to(handoff: Handoff, merging: Merging) -> bool:
    """The merge has given it to who still has it."""
    given = {"kind": Happened.REASSIGNED, "at": merging.merge.at}
    return handoff.events.filter(**given, assignee=handoff.assignee_id).exists()


def _offer_to_owner(handoff: Handoff, contact: Contact, merging: Merging) -> None:
    """If the contact has one who takes leads and is here."""
    here = User.objects.reps().present(on=timezone.localdate(merging.at))
    owner = here.filter(pk=contact.owner_id).first()
    if owner is None or owner == handoff.assignee:
        return
    handoff.contact = contact
    chosen = Assignment(owner, handoff.team, "owner")
    pass_on(contact, handoff, chosen, by=merging.by, at=merging.at)


def _reopen(pk: int, status: str, merging: Merging) -> None:
    rows = Handoff.objects.select_for_update(no_key=True, of=("self",))
    handoff = rows.filter(pk=pk, status=Status.CLOSED).first()
    if handoff is None or handoff.closed_at != merging.merge.at:
        return
    if Handoff.objects.open().filter(contact=handoff.contact_id).exists():
        merging.left.append("handoff")
        return
    handoff.status, handoff.closed_at = status, None
    handoff.save(update_fields=["status", "closed_at"])
    note(handoff, Happened.REOPENED, by=merging.by, at=merging.at)
    Notification.objects.filter(
        kind=Notification.Kind.HANDOFF, subject_id=pk, done_at=merging.merge.at
    ).update(done_at=None)


def _let_own(handoff: Handoff, contact_id: int, merging: Merging) -> None:
    """Who has taken the lead on owns the contact."""
    if handoff.status == Status.ACCEPTED and handoff.assignee_id is not None:
        merging.owners[contact_id] = handoff.assignee_id
