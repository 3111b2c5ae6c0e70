"""What the gate decided, and what contacts permitted, for the timeline of a contact."""

from __future__ import annotations

from django.utils.translation import gettext as _

from contacts.gate import Channel, Reason
from contacts.models import Consent, Contact, TouchDecision
from journeys.timeline import Entry, Window, register

BLOCKED = "touch_blocked"
GIVEN, WITHDRAWN = "consent_given", "consent_withdrawn"
CONSENTS = {GIVEN: True, WITHDRAWN: False}


def blocked_touches(contact: Contact, window: Window) -> list[Entry]:
    """Why there was no mail on Tuesday. What was let through stands there as sent."""
    if not window.wants([BLOCKED]):
        return []
    rows = TouchDecision.objects.filter(contact=contact, allowed=False)
    found = window.newest(rows.select_related("by"), stream="decision", at="at")
    return [_blocked(key, row) for key, row in found]


def consents(contact: Contact, window: Window) -> list[Entry]:
    if not window.wants(CONSENTS):
        return []
    rows = Consent.objects.filter(contact=contact)
    if window.kinds is not None:
        wanted = [CONSENTS[kind] for kind in window.kinds if kind in CONSENTS]
        rows = rows.filter(granted__in=wanted)
    found = window.newest(rows, stream="consent", at="at")
    return [
        Entry(
            key=key,
            at=row.at,
            kind=GIVEN if row.granted else WITHDRAWN,
            lane="contact",
            icon="circle-check" if row.granted else "circle-x",
            title=_("Gave permission") if row.granted else _("Withdrew permission"),
            detail=str(row.get_purpose_display()),
            text=row.source,
            by=row.proof.get("recorded_by", ""),
            data={"id": row.pk, "purpose": row.purpose, "source": row.source},
        )
        for key, row in found
    ]


def register_streams() -> None:
    register("decision", blocked_touches)
    register("consent", consents)


def _blocked(key: str, row: TouchDecision) -> Entry:
    reasons = [Reason.from_json(each) for each in row.reasons]
    is_call = row.channel == Channel.PHONE
    return Entry(
        key=key,
        at=row.at,
        kind=BLOCKED,
        lane="sales" if row.by else "marketing",
        icon="phone-off" if is_call else "mail-off",
        title=_("Not called") if is_call else _("Not mailed"),
        detail=row.title,
        text=" ".join(reason.detail for reason in reasons),
        by=str(row.by) if row.by else "",
        is_blocked=True,
        data={
            "channel": row.channel,
            "purpose": row.purpose,
            "subject": row.subject,
            "reasons": [
                {"code": each.code, "detail": each.detail, "until": each.until}
                for each in reasons
            ],
        },
    )
