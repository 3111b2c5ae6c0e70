"""What a rep writes down about a contact: calls, meetings, notes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.gate import Channel, Purpose, Reason, Touch
from contacts.models import Contact
from contacts.services.touches import decide_touch, lock_whoever_goes_on
from contacts.text import clean_text
from journeys.models import Interaction
from journeys.models.interaction import CallOutcome, Kind
from journeys.services.tracking import Report, track_interactions
from leadhub.errors import InvalidValue
from sales.models import Claim
from sales.services.claims import CLAIM_LASTS, claim_contact
from sales.services.mentions import mentioned_in, tell_mentioned
from sales.services.refusals import TouchRefused

CALLS = (Kind.CALL_OUTBOUND, Kind.CALL_INBOUND)
TALKS = (*CALLS, Kind.MEETING, Kind.NOTE)
MAX_TEXT = 5_000
MAX_MINUTES = 24 * 60
# A call needs no number that we know: it may have gone through the switchboard.
NOT_ASKED = frozenset({"address"})


class BadTalk(InvalidValue):
    code = "bad_talk"


def log_talk(
    *,
    contact: Contact,
    kind: str,
    by: User,
    at: datetime,
    occurred_at: datetime | None = None,
    outcome: str = "",
    minutes: int | None = None,
    text: str = "",
    action: str = "",
    source: str = "browser",
) -> Interaction:
    """Write down a call, a meeting or a note, as said by ``by``; appended, never edited.

    A call claims the contact: once this is committed nothing automated is sent. One
    that we make is asked of the gate first, and its answer kept: to whoever does not
    want to be called, or talks to a colleague, it is refused. One that they make is
    not; it claims the contact if it is free. Calls of longer ago than a claim lasts
    claim nothing.

    Colleagues whom ``text`` mentions find it in their inbox. ``action`` is the number of
    this logging: the second with one gets the first row. Raises ``CannotSee``, ``BadTalk``,
    ``TouchRefused``, and what tracking has against the moment.
    """
    properties = _checked(kind, outcome=outcome, minutes=minutes, text=text)
    occurred_at = occurred_at or at
    reasons: list[Reason] = []
    with transaction.atomic():
        if known := _logged_before(action, by=by, source=source):
            return known
        contact = lock_whoever_goes_on(contact)
        people = mentioned_in(properties.get("note", ""), contact=contact)
        if kind == Kind.CALL_OUTBOUND:
            touch = Touch(contact, Channel.PHONE, Purpose.PERSONAL, at=at, by=by)
            reasons = decide_touch(touch=touch, title=_("Call"), without=NOT_ASKED)
        if not reasons:
            is_call = kind in CALLS and occurred_at > at - CLAIM_LASTS
            if is_call and _is_free(contact, by=by, at=at):
                claim_contact(contact=contact, by=by, at=at)
            report = Report(
                contact=contact,
                kind=kind,
                source=source,
                occurred_at=occurred_at,
                event_id=_event_id(action, by=by) if action else "",
                properties=properties or None,
                by=by,
            )
            [answer] = track_interactions(reports=[report], at=at)
            if answer.refusal:
                raise answer.refusal
            note = properties.get("note", "")
            tell_mentioned(people=people, contact=contact, text=note, by=by, at=at)
    # Outside: the answer of the gate stays.
    if reasons:
        raise TouchRefused(reasons)
    return answer.interaction


def _checked(
    kind: str, *, outcome: str, minutes: int | None, text: str
) -> dict[str, Any]:
    if kind not in TALKS:
        sentence = _("Choose one of these: %(names)s.")
        raise BadTalk(sentence % {"names": ", ".join(TALKS)}, attr="kind")
    if outcome and (kind not in CALLS or outcome not in CallOutcome.values):
        sentence = _("A call ends with one of these: %(names)s.")
        names = ", ".join(CallOutcome.values)
        raise BadTalk(sentence % {"names": names}, attr="outcome")
    if minutes is not None and not 0 <= minutes <= MAX_MINUTES:
        raise BadTalk(_("From 0 minutes to a day."), attr="minutes")
    text = clean_text(text, attr="text", max_length=MAX_TEXT, multiline=True).strip()
    if kind == Kind.NOTE and not text:
        raise BadTalk(_("Write something."), attr="text")
    said = {"outcome": outcome, "minutes": minutes, "note": text}
    return {name: value for name, value in said.items() if value not in ("", None)}


def _logged_before(action: str, *, by: User, source: str) -> Interaction | None:
    if not action:
        return None
    event = (source, _event_id(action, by=by))
    return Interaction.objects.by_event([event]).get(event)


def _event_id(action: str, *, by: User) -> str:
    return f"talk:{by.pk}:{action}"


def _is_free(contact: Contact, *, by: User, at: datetime) -> bool:
    claims = Claim.objects.live(at=at).filter(contact=contact)
    return not claims.exclude(rep=by).exists()
