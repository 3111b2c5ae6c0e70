"""What will come by itself of an open handoff, before it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from sales.models import Handoff
from sales.selectors.assigner import Assigner
from sales.selectors.deciding import who_decides
from sales.selectors.promises import who_missed


@dataclass(frozen=True, slots=True)
class Coming:
    """ "Anna is reminded", at a moment; ``what`` is "warning", "told", "passes", "ends"."""

    at: datetime
    what: str
    text: str


def coming(handoff: Handoff, *, at: datetime) -> list[Coming]:
    """The next things, earliest first, if nobody does anything."""
    if handoff.acts_at is None:
        return []
    if handoff.status == Handoff.Status.ACCEPTED:
        return _until_touched(handoff, at=at)
    if handoff.status == Handoff.Status.OFFERED:
        return _until_answered(handoff, at=at)
    return []


def _until_answered(handoff: Handoff, *, at: datetime) -> list[Coming]:
    found = []
    leads = names_of(who_decides(team=handoff.team, on=timezone.localdate(at)))
    who = str(handoff.assignee) if handoff.assignee else leads
    if handoff.warned_at is None and handoff.missed_at is None and handoff.warn_at:
        text = _("%(who)s is reminded") % {"who": who}
        found.append(Coming(handoff.warn_at, "warning", text))
    if handoff.missed_at is None and handoff.accept_by and handoff.assignee:
        text = _("%(who)s is told that it is late") % {"who": leads}
        found.append(Coming(handoff.accept_by, "told", text))
    if handoff.passes_at is None:
        return found
    if handoff.assignee is None:
        text = _("It expires, and the contact goes back to marketing")
        return [*found, Coming(handoff.passes_at, "ends", text)]
    next_rep = next_of(handoff, at=at)
    text = _("It goes to %(who)s") % {"who": next_rep or leads}
    return [*found, Coming(handoff.passes_at, "passes", text)]


def _until_touched(handoff: Handoff, *, at: datetime) -> list[Coming]:
    found = []
    if handoff.touched_at is not None or handoff.touch_by is None:
        return []
    who = str(handoff.assignee)
    if handoff.warned_at is None and handoff.warn_at:
        text = _("%(who)s is reminded of the first touch") % {"who": who}
        found.append(Coming(handoff.warn_at, "warning", text))
    leads = names_of(who_decides(team=handoff.team, on=timezone.localdate(at)))
    if handoff.missed_at is None:
        text = _("%(who)s is told that nobody has called, met or written")
        found.append(Coming(handoff.touch_by, "told", text % {"who": leads}))
    if handoff.passes_at is not None and (rep := next_of(handoff, at=at)):
        text = _("It goes to %(who)s") % {"who": rep}
        found.append(Coming(handoff.passes_at, "passes", text))
    return found


def next_of(handoff: Handoff, *, at: datetime) -> User | None:
    """Who would get it after the one who has it, as things stand."""
    without = {*who_missed(handoff), handoff.assignee_id}
    found = Assigner([handoff.contact], at=at, without=without - {None})
    return found.of(handoff.contact).assignee


def names_of(people: list[User]) -> str:
    return ", ".join(map(str, people)) or _("nobody")
