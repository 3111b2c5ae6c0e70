"""What sales has for the timeline of a contact: what happened to its handoffs."""

from __future__ import annotations

from django.utils.translation import gettext as _

from contacts.models import Contact
from journeys.timeline import Entry, Window, register
from sales.models import HandoffEvent

KINDS = {f"handoff_{kind}" for kind in HandoffEvent.Kind.values}


def handoff_events(contact: Contact, window: Window) -> list[Entry]:
    if not window.wants(KINDS):
        return []
    rows = HandoffEvent.objects.filter(handoff__contact=contact)
    if window.kinds is not None:
        rows = rows.filter(
            kind__in=[kind.removeprefix("handoff_") for kind in window.kinds]
        )
    rows = rows.select_related("by", "assignee")
    found = window.newest(rows, stream="handoff", at="at")
    return [
        Entry(
            key=key,
            at=row.at,
            kind=f"handoff_{row.kind}",
            lane="sales",
            icon="arrows-exchange",
            title=_("Handoff"),
            detail=str(row.get_kind_display()),
            text=row.note,
            by=str(row.by) if row.by else "",
            data={"handoff": row.handoff_id, "assignee": row.assignee_id},
        )
        for key, row in found
    ]


def register_stream() -> None:
    register("handoff", handoff_events)
