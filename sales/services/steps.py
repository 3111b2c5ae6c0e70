"""What the verbs about handoffs have in common: one step each, within their own
transaction, on rows that ``locked`` has locked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Notification, User
from accounts.services.notifications import finish_notifications
from contacts.models import Contact
from contacts.services.contacts import update_contact
from contacts.services.following import Elsewhere, follow
from sales.assignment import Assignment
from sales.models import Deal, Handoff, HandoffEvent
from sales.promise import plan_of
from sales.selectors.calendars import working_time_of
from sales.services.notices import remind, tell
from sales.services.refusals import DealOpen, HandoffNotOpen, HandoffTaken
from sales.telling import announce

Row = TypeVar("Row", Handoff, Deal)
SOURCE = "handoff"
# What the promise clock writes.
CLOCK = (
    "accept_by",
    "warn_at",
    "warned_at",
    "missed_at",
    "passes_at",
    "acts_at",
)


def locked_contact(contact_id: int) -> Contact:
    """The contact, or who goes on for it if it was merged before we came; locked."""
    return follow(contact_id, _lock)


def _lock(contact_id: int) -> Contact:
    rows = Contact.everyone.select_for_update(no_key=True, of=("self",))
    contact = rows.select_related("company").get(pk=contact_id)
    if contact.merged_into_id is not None:
        raise Elsewhere(contact.merged_into_id)
    return contact


def locked_row(rows: QuerySet[Row], row: Row) -> tuple[Contact, Row]:
    """The one of ``rows`` as it is now, locked, and its contact, locked before it."""

    def lock(contact_id: int) -> tuple[Contact, Row]:
        contact = _lock(contact_id)
        found = rows.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)
        if found.contact_id != contact.pk:
            raise Elsewhere(found.contact_id)
        found.contact = contact
        return contact, found

    return follow(row.contact_id, lock)


def open_handoff(contact: Contact) -> Handoff | None:
    """The contact's open handoff, locked; lock the contact first."""
    rows = Handoff.objects.open().select_for_update(no_key=True, of=("self",))
    return rows.select_related("assignee", "team").filter(contact=contact).first()


def locked(handoff: Handoff) -> tuple[Contact, Handoff]:
    """The handoff as it is now, locked, and its contact, locked before it."""
    return locked_row(Handoff.objects.select_related("assignee", "team"), handoff)


def check_open(handoff: Handoff) -> None:
    if not handoff.is_open:
        raise HandoffNotOpen(_("This handoff is no longer open."))


def check_no_deal(handoff: Handoff) -> None:
    """Who has opened a deal closes it as lost, or gives it to somebody."""
    if Deal.objects.open().filter(handoff=handoff).exists():
        raise DealOpen(_("Its deal is open. Close the deal, or give it to somebody."))


def may_decide(handoff: Handoff, *, by: User) -> bool:
    """Its own rep may, any rep if it is nobody's, and those who lead."""
    return by.leads or handoff.assignee_id in (None, by.pk)


def taken(handoff: Handoff) -> HandoffTaken:
    sentence = _("This lead is with %(name)s.")
    return HandoffTaken(sentence % {"name": handoff.assignee})


def promise_answer(handoff: Handoff, *, at: datetime) -> None:
    """Let the time to answer run from ``at``, by the hours of who has it; not saved."""
    plan = plan_of(
        at,
        timedelta(minutes=handoff.accept_minutes),
        working=working_time_of(handoff.assignee, at=at),
    )
    handoff.assigned_at = at
    handoff.warn_at, handoff.accept_by = plan.warn_at, plan.due_at
    handoff.passes_at = plan.passes_at
    handoff.warned_at = handoff.missed_at = None
    handoff.acts_at = plan.warn_at


def warn(handoff: Handoff, *, step: str, due_at: datetime | None, at: datetime) -> None:
    """Remind the rep, half of whose time is over; the clock goes on at its end."""
    handoff.warned_at, handoff.acts_at = at, due_at
    handoff.save(update_fields=[*CLOCK])
    note(handoff, HandoffEvent.Kind.WARNED, by=None, at=at)
    remind(handoff, step=step, due_at=due_at, at=at)


def promise_touch(handoff: Handoff, *, within: timedelta, at: datetime) -> None:
    """Let the time for a first touch run from ``at``; not saved."""
    plan = plan_of(at, within, working=working_time_of(handoff.assignee, at=at))
    handoff.warn_at, handoff.touch_by = plan.warn_at, plan.due_at
    handoff.passes_at = plan.passes_at
    handoff.warned_at = handoff.missed_at = None
    handoff.acts_at = plan.warn_at


def note(
    handoff: Handoff,
    kind: HandoffEvent.Kind,
    *,
    by: User | None,
    at: datetime,
    text: str = "",
) -> HandoffEvent:
    """Write it into the handoff's history, and tell of it."""
    event = HandoffEvent.objects.create(
        handoff=handoff, kind=kind, at=at, by=by, assignee=handoff.assignee, note=text
    )
    announce(handoff, event, at=at)
    return event


def let_own(
    contact: Contact,
    rep: User | None,
    *,
    instead_of: User | None,
    by: User | None,
    at: datetime,
) -> None:
    """Make ``rep`` the contact's owner if it has none, or had ``instead_of``."""
    former = instead_of.pk if instead_of else None
    if rep is None or contact.owner_id not in (None, former):
        return
    if contact.owner_id != rep.pk:
        changes = {"owner": rep}
        update_contact(contact=contact, data=changes, by=by, at=at, source=SOURCE)


def stop_clock(handoff: Handoff) -> tuple[str, ...]:
    """Nothing comes by itself any more; not saved. Return what is to be."""
    handoff.warn_at = handoff.passes_at = handoff.acts_at = None
    return ("warn_at", "passes_at", "acts_at")


def finish_notices(handoff: Handoff, *, at: datetime) -> None:
    finish_notifications(kind=Notification.Kind.HANDOFF, subject_id=handoff.pk, at=at)


def pass_on(
    contact: Contact,
    handoff: Handoff,
    assignment: Assignment,
    *,
    by: User | None,
    at: datetime,
    kind: HandoffEvent.Kind = HandoffEvent.Kind.REASSIGNED,
) -> Handoff:
    """Offer it to somebody else, with a new promise; the one before is rid of it."""
    before = handoff.assignee
    handoff.assignee = assignment.assignee
    handoff.team = assignment.team
    handoff.assigned_because = assignment.because
    handoff.because_of = assignment.because_of
    handoff.status = Handoff.Status.OFFERED
    handoff.accepted_at = handoff.touch_by = handoff.touched_at = None
    promise_answer(handoff, at=at)
    handoff.save(
        update_fields=[
            "assignee",
            "team",
            "assigned_because",
            "because_of",
            "status",
            "accepted_at",
            "touch_by",
            "touched_at",
            "misses",
            "accept_minutes",
            "assigned_at",
            *CLOCK,
        ]
    )
    event = note(handoff, kind, by=by, at=at)
    let_own(contact, handoff.assignee, instead_of=before, by=by, at=at)
    tell(handoff=handoff, event=event, at=at)
    return handoff
