"""What reps say of the leads they were handed: data for those who hand them over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from leadhub.errors import DomainError, InvalidValue
from sales.models import Handoff, HandoffEvent
from sales.services.steps import locked, may_decide, note, taken

WORST, BEST = 1, 5


class NotAnswered(DomainError):
    """Who has not looked at a lead cannot say how good it is."""

    code = "not_answered"


@transaction.atomic
def rate_handoff(
    *, handoff: Handoff, rating: int | None, by: User, at: datetime
) -> Handoff:
    """Say how good the lead is, 1 to 5; None takes it back. Also of one that is closed.

    The same again changes nothing. Raises ``InvalidValue``, ``NotAnswered`` while it is
    offered, and ``HandoffTaken`` if it is a colleague's.
    """
    if rating is not None and not WORST <= rating <= BEST:
        raise InvalidValue(_("From 1 to 5."), attr="rating")
    _contact, handoff = locked(handoff)
    if not may_decide(handoff, by=by):
        raise taken(handoff)
    if handoff.status == Handoff.Status.OFFERED:
        raise NotAnswered(_("Accept or decline the lead first."))
    if handoff.rating == rating:
        return handoff
    handoff.rating, handoff.rated_at = rating, at if rating else None
    handoff.save(update_fields=["rating", "rated_at"])
    text = f"{rating}/{BEST}" if rating else ""
    note(handoff, HandoffEvent.Kind.RATED, by=by, at=at, text=text)
    return handoff
