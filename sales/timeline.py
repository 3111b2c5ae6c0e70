"""What sales has for the timeline of a contact: its handoffs and its deals."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from contacts.models import Contact
from journeys.timeline import Entry, Window, register
from leadhub.money import money_text
from sales.models import DealEvent, DealSettings, HandoffEvent

KINDS = {f"handoff_{kind}" for kind in HandoffEvent.Kind.values}
DEAL_KINDS = {f"deal_{kind}" for kind in DealEvent.Kind.values}


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
            text=row.said,
            by=str(row.by) if row.by else "",
            data={"handoff": row.handoff_id, "assignee": row.assignee_id},
        )
        for key, row in found
    ]


def deal_events(contact: Contact, window: Window) -> list[Entry]:
    if not window.wants(DEAL_KINDS):
        return []
    rows = DealEvent.objects.filter(deal__contact=contact)
    if window.kinds is not None:
        rows = rows.filter(
            kind__in=[kind.removeprefix("deal_") for kind in window.kinds]
        )
    rows = rows.select_related("by", "owner", "deal")
    found = window.newest(rows, stream="deal", at="at")
    if not found:
        return []
    names = {stage.key: str(stage) for stage in DealSettings.current().all_stages()}
    return [
        Entry(
            key=key,
            at=row.at,
            kind=f"deal_{row.kind}",
            lane="sales",
            icon="businessplan",
            title=str(row.get_kind_display()),
            detail=_deal_detail(row, names),
            text=row.note,
            url=reverse("sales:deal", args=[row.deal_id]),
            by=str(row.by) if row.by else "",
            data={"deal": row.deal_id, "stage": row.stage, "owner": row.owner_id},
        )
        for key, row in found
    ]


def _deal_detail(row: DealEvent, names: dict[str, str]) -> str:
    """Which deal, and what of it is news."""
    news = {
        DealEvent.Kind.MOVED: names.get(row.stage, row.stage),
        DealEvent.Kind.GIVEN: str(row.owner or ""),
        DealEvent.Kind.LOST: row.deal.reason_text if row.deal.closed_at else "",
    }
    worth = money_text(row.value) if row.value is not None else ""
    said = news.get(DealEvent.Kind(row.kind), worth)
    return " · ".join(part for part in (row.deal.title, said) if part)


def register_stream() -> None:
    register("handoff", handoff_events)
    register("deal", deal_events)
