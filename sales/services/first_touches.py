"""What happens when a rep accepts a lead and does not call, meet or write.

Reminded at half time; missed at its end, which the rep and who leads are told; as long
after that taken to the next free rep. Nothing is taken from who has opened a deal or is
talking to the contact; with nobody free who leads is asked to give it to somebody.
"""

from __future__ import annotations

from datetime import datetime

from contacts.models import Contact
from sales.models import Claim, Deal, Handoff, HandoffEvent, PromiseSettings
from sales.selectors.calendars import working_time_of
from sales.selectors.promises import first_touches
from sales.services.notices import remind, tell_who_leads
from sales.services.passing import pass_to_next
from sales.services.steps import CLOCK, finish_notices, note, stop_clock, warn

Happened = HandoffEvent.Kind


def watch_touch(contact: Contact, handoff: Handoff, *, at: datetime) -> bool:
    """Do what is due with this accepted handoff, locked; False if nothing is."""
    touch = first_touches(contact.pk, handoff.accepted_at).order_by("occurred_at", "pk")
    if moment := touch.values_list("occurred_at", flat=True).first():
        handoff.touched_at = moment
        handoff.save(update_fields=["touched_at", *stop_clock(handoff)])
        finish_notices(handoff, at=at)
        return True
    if handoff.acts_at is None or handoff.acts_at > at:
        return False
    if handoff.missed_at is not None:
        return _miss_again(contact, handoff, at=at)
    if handoff.touch_by is None or handoff.touch_by <= at:
        return _miss(handoff, at=at)
    warn(handoff, step="touch", due_at=handoff.touch_by, at=at)
    return True


def _miss(handoff: Handoff, *, at: datetime) -> bool:
    """The first miss: the rep may still call, and who leads knows."""
    within = PromiseSettings.current().touch_within
    handoff.missed_at = at
    # From now on, also if the clock was behind: nobody loses a lead unwarned.
    handoff.passes_at = working_time_of(handoff.assignee, at=at).after(at, within)
    handoff.acts_at = handoff.passes_at
    handoff.save(update_fields=[*CLOCK])
    note(handoff, Happened.UNTOUCHED, by=None, at=at)
    remind(handoff, step="touch_missed", due_at=handoff.passes_at, at=at)
    tell_who_leads(handoff, step="untouched", due_at=handoff.passes_at, at=at)
    return True


def _miss_again(contact: Contact, handoff: Handoff, *, at: datetime) -> bool:
    if Deal.objects.open().filter(handoff=handoff).exists():
        handoff.save(update_fields=[*stop_clock(handoff)])
        finish_notices(handoff, at=at)
        return True
    talks = Claim.objects.live(at=at).filter(contact=contact, rep=handoff.assignee_id)
    if until := talks.values_list("until", flat=True).first():
        handoff.passes_at = handoff.acts_at = until
        handoff.save(update_fields=[*CLOCK])
        return True
    before = handoff.assignee
    handoff.misses += 1
    if pass_to_next(contact, handoff, at=at, to_nobody=False):
        tell_who_leads(handoff, step="taken", before=before, at=at)
        return True
    handoff.save(update_fields=["misses", *stop_clock(handoff)])
    remind(handoff, step="touch_late", due_at=None, at=at)
    tell_who_leads(handoff, step="nobody_free", at=at)
    return True
