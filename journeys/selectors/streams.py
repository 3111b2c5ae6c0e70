"""What this app and the one below have for the timeline of a contact."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import Contact, FieldChange, Merge
from journeys.models import Interaction, Phase, PhaseVisit
from journeys.models.interaction import CallOutcome, Channel, Kind
from journeys.timeline import Entry, Window, register

PHASE_ENTERED = "phase_entered"
FIELDS_CHANGED = "fields_changed"
MERGED, MERGE_UNDONE = "merged", "merge_undone"
OURS = {Kind.EMAIL_SENT: "marketing"} | dict.fromkeys(
    (Kind.CALL_OUTBOUND, Kind.CALL_INBOUND, Kind.MEETING, Kind.NOTE), "sales"
)
ICONS: dict[str, str] = {
    Kind.PAGE_VIEW: "eye",
    Kind.PRICING_VIEW: "eye",
    Kind.FORM_SUBMIT: "forms",
    Kind.DEMO_REQUEST: "forms",
    Kind.CONTENT_DOWNLOAD: "download",
    Kind.EMAIL_SENT: "mail",
    Kind.EMAIL_OPEN: "mail-opened",
    Kind.EMAIL_CLICK: "click",
    Kind.EMAIL_REPLY: "mail",
    Kind.EMAIL_BOUNCE: "mail-x",
    Kind.OPT_IN_CONFIRMED: "checks",
    Kind.UNSUBSCRIBE: "mail-x",
    Kind.LINK_CLICK: "click",
    Kind.WEBINAR_REGISTERED: "calendar-event",
    Kind.WEBINAR_ATTENDED: "calendar-event",
    Kind.EVENT_ATTENDED: "calendar-event",
    Kind.CHAT: "message",
    Kind.CALL_OUTBOUND: "phone",
    Kind.CALL_INBOUND: "phone",
    Kind.MEETING: "users",
    Kind.NOTE: "note",
}
REASONS: dict[str, Any] = {
    "prefetch": gettext_lazy("fetched in advance"),
    "honeypot": gettext_lazy("took the hidden link"),
    "before_delivery": gettext_lazy("before the mail was delivered"),
    "privacy_proxy": gettext_lazy("by the reader's mail service"),
    "burst": gettext_lazy("three links at once"),
    "crawler": gettext_lazy("by a crawler"),
}


# What visits keep as their reason, before a colon; after it stands a detail.
WHY_MOVED: dict[str, Any] = {
    "by hand": gettext_lazy("Moved by hand"),
    "entry condition": gettext_lazy("The entry condition of the phase holds"),
    "sales-ready": gettext_lazy("Became sales-ready"),
    "accepted": gettext_lazy("Sales accepted the handoff"),
    "declined": gettext_lazy("Sales declined the handoff"),
}


def interactions(contact: Contact, window: Window) -> list[Entry]:
    rows = Interaction.objects.filter(contact=contact).select_related("by", "measure")
    if window.kinds is not None:
        rows = rows.filter(kind__in=window.kinds)
    found = window.newest(rows, stream="interaction", at="occurred_at")
    return [_interaction(key, row) for key, row in found]


def phase_visits(contact: Contact, window: Window) -> list[Entry]:
    if not window.wants([PHASE_ENTERED]):
        return []
    rows = PhaseVisit.objects.filter(contact=contact)
    rows = rows.select_related("phase__journey", "phase__team", "by")
    found = window.newest(rows, stream="visit", at="entered_at")
    return [
        Entry(
            key=key,
            at=row.entered_at,
            kind=PHASE_ENTERED,
            lane="marketing" if row.phase.stage == Phase.Stage.MARKETING else "sales",
            icon="route",
            title=_("Entered phase %(phase)s") % {"phase": row.phase.name},
            detail=str(row.phase.journey),
            text=_why_moved(row.reason),
            by=str(row.by) if row.by else "",
            data={
                "phase": row.phase_id,
                "journey": row.phase.journey_id,
                "team": row.phase.team_id,
                "left_at": row.left_at,
                "reason": row.reason,
            },
        )
        for key, row in found
    ]


def field_changes(contact: Contact, window: Window) -> list[Entry]:
    if not window.wants([FIELDS_CHANGED]):
        return []
    rows = FieldChange.objects.filter(contact=contact).select_related("by")
    found = window.newest(rows, stream="change", at="at")
    return [
        Entry(
            key=key,
            at=row.at,
            kind=FIELDS_CHANGED,
            lane="contact",
            icon="edit",
            title=_("Changed: %(fields)s") % {"fields": ", ".join(_names(row))},
            detail="" if row.by else row.source,
            by=str(row.by) if row.by else "",
            data={"changes": row.changes, "source": row.source},
        )
        for key, row in found
    ]


def merges(contact: Contact, window: Window) -> list[Entry]:
    """When somebody was merged into the contact, and when that was taken back."""
    found: list[Entry] = []
    for kind, stream, at in (
        (MERGED, "merge", "at"),
        (MERGE_UNDONE, "unmerge", "undone_at"),
    ):
        if not window.wants([kind]):
            continue
        rows = Merge.objects.filter(Q(kept=contact) | Q(gone=contact))
        rows = rows.filter(**{f"{at}__isnull": False}).defer("parts")
        rows = rows.select_related("kept", "gone", "by", "undone_by")
        newest = window.newest(rows, stream=stream, at=at)
        found += [_merge(key, row, kind, contact) for key, row in newest]
    return found


def _merge(key: str, row: Merge, kind: str, contact: Contact) -> Entry:
    was_undone = kind == MERGE_UNDONE
    by = row.undone_by if was_undone else row.by
    other = row.gone if row.kept_id == contact.pk else row.kept
    return Entry(
        key=key,
        at=row.undone_at if was_undone else row.at,
        kind=kind,
        lane="contact",
        icon="users",
        title=_("Merge undone") if was_undone else _("Merged"),
        detail=str(other),
        text=other.email,
        by=str(by) if by else "",
        data={
            "merge": row.pk,
            "kept": row.kept_id,
            "gone": row.gone_id,
            "moved": row.moved_rows,
        },
    )


def register_streams() -> None:
    register("merge", merges)
    register("interaction", interactions)
    register("visit", phase_visits)
    register("change", field_changes)


def label_of(kind: str) -> str:
    """What the kind is called; another slug than ours in plain words."""
    if kind in Kind.values:
        return str(Kind(kind).label)
    return kind.replace("_", " ").replace("-", " ").strip().capitalize() or kind


def _how_it_went(properties: dict[str, Any]) -> str:
    """ "Reached, 12 min", of what was logged. A program may have reported anything."""
    outcome, minutes = properties.get("outcome"), properties.get("minutes")
    parts = []
    if outcome in CallOutcome.values:
        parts.append(str(CallOutcome(outcome).label))
    if isinstance(minutes, int):
        parts.append(_("%(minutes)s min") % {"minutes": minutes})
    return ", ".join(parts)


def _interaction(key: str, row: Interaction) -> Entry:
    properties = row.properties or {}
    note = properties.get("note")
    return Entry(
        key=key,
        at=row.occurred_at,
        kind=row.kind,
        lane=OURS.get(row.kind, "contact"),
        icon=ICONS.get(row.kind, "point"),
        title=label_of(row.kind),
        detail=row.title or row.url or _how_it_went(properties),
        text=note if isinstance(note, str) else "",
        # What a program reported may be anything; only this is safe to follow.
        url=row.url if row.url.startswith(("https://", "http://")) else "",
        by=str(row.by) if row.by else "",
        is_machine=row.is_machine,
        data={
            "id": str(row.pk),
            "channel": row.channel,
            "channel_label": str(Channel(row.channel).label),
            "source": row.source,
            "url": row.url,
            "title": row.title,
            "utm": row.utm,
            "value": None if row.value is None else str(row.value),
            "properties": row.properties,
            "measure": row.measure_id,
            "measure_name": row.measure.name if row.measure else None,
            "machine_reason": row.machine_reason,
            "machine_because": str(REASONS.get(row.machine_reason, ""))
            if row.is_machine
            else "",
        },
    )


def _why_moved(reason: str) -> str:
    """In words; what another app wrote stays as it is."""
    if reason.startswith("segment "):
        name = reason.removeprefix("segment ")
        return _("Belongs to the segment %(name)s") % {"name": name}
    return str(WHY_MOVED.get(reason.partition(":")[0], reason))


def _names(row: FieldChange) -> list[str]:
    known = {field.name: field for field in Contact._meta.get_fields()}
    return [
        str(getattr(known.get(name), "verbose_name", name.removeprefix("custom.")))
        for name in row.changes
    ]
