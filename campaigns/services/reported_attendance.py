"""Attendance as programs and colleagues report it: with contacts nobody has yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models.event import AttendanceBatch, Event
from campaigns.services.attendance import Attendee, make_batch, record_attendance
from contacts.services.contacts import upsert_contacts
from journeys.reading import read_time
from leadhub.errors import DomainError, InvalidValue

OURS = frozenset({"attended", "registered_at"})


@dataclass(slots=True)
class Taken:
    """What became of the items: the batch, and what is wrong with some of them."""

    batch: AttendanceBatch | None = None
    errors: list[tuple[int, list[DomainError]]] = field(default_factory=list)


@transaction.atomic
def report_attendance(
    *, event: Event, items: Sequence[Any], source: str, by: User, at: datetime
) -> Taken:
    """Record who registered and attended, with contacts of addresses there are not.

    An item has ``email``, other fields of a contact if there is none yet, ``attended``
    and ``registered_at``. A bad one does not fail the rest. Safe to repeat. Raises
    ``NotBegun``.
    """
    taken, good = Taken(), []
    for index, item in enumerate(items):
        try:
            good.append((index, *_read(item)))
        except InvalidValue as error:
            taken.errors.append((index, [error]))
    outcomes = upsert_contacts(
        items=[contact for _index, contact, _said in good],
        by=by,
        at=at,
        source=source,
        updates_existing=False,
    )
    attendees = []
    for (index, _contact, said), outcome in zip(good, outcomes, strict=True):
        if outcome.contact is None or outcome.errors:
            taken.errors.append((index, outcome.errors))
        else:
            attendees.append(Attendee(outcome.contact, **said))
    taken.errors.sort(key=lambda pair: pair[0])
    if attendees:
        taken.batch = make_batch(event=event, by=by, at=at)
        record_attendance(batch=taken.batch, attendees=attendees, at=at)
    return taken


def _read(item: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    if not isinstance(item, dict):
        raise InvalidValue(_("This must be an object."))
    if not item.get("email"):
        raise InvalidValue(_("An e-mail address is needed."), attr="email")
    attended = item.get("attended", True)
    if not isinstance(attended, bool):
        raise InvalidValue(_("This must be true or false."), attr="attended")
    moment = item.get("registered_at")
    registered_at = None if moment is None else read_time(moment, attr="registered_at")
    contact = {name: value for name, value in item.items() if name not in OURS}
    return contact, {"attended": attended, "registered_at": registered_at}
