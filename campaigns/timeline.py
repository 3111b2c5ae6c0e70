"""What campaigns have for the timeline of a contact: sequences entered and left."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.models import Enrollment, EnrollmentEvent
from contacts.models import Contact
from journeys.timeline import Entry, Window, register

STREAM = "enrollment"
KINDS = {
    "sequence_entered": EnrollmentEvent.Kind.ENTERED,
    "sequence_ended": EnrollmentEvent.Kind.ENDED,
}


def enrollment_events(contact: Contact, window: Window) -> list[Entry]:
    if not window.wants(KINDS):
        return []
    kinds = [
        row
        for kind, row in KINDS.items()
        if window.kinds is None or kind in window.kinds
    ]
    rows = EnrollmentEvent.objects.filter(enrollment__contact=contact, kind__in=kinds)
    rows = rows.select_related("enrollment__sequence")
    return [
        _entry(key, row) for key, row in window.newest(rows, stream=STREAM, at="at")
    ]


def _entry(key: str, row: EnrollmentEvent) -> Entry:
    run = row.enrollment
    entered = row.kind == EnrollmentEvent.Kind.ENTERED
    return Entry(
        key=key,
        at=row.at,
        kind="sequence_entered" if entered else "sequence_ended",
        lane="marketing",
        icon="mail-forward",
        title=_("Entered a sequence") if entered else _("Sequence ended"),
        detail=str(run.sequence),
        text="" if entered else str(Enrollment.End(run.end).label if run.end else ""),
        url=reverse("campaigns:sequence", args=[run.sequence_id]),
        by=row.note if entered else "",
        data={"sequence": run.sequence_id, "enrollment": run.pk, "end": run.end},
    )


def register_stream() -> None:
    register(STREAM, enrollment_events)
