"""Where a contact stands when two become one: in one phase."""

from __future__ import annotations

from contacts.merging import Merging, Part
from journeys.models import Phase, PhaseVisit

STAGES = [stage.value for stage in Phase.Stage]


class VisitPart(Part):
    """The stay that is further on goes on; of two in one stage the survivor's."""

    def merge(self, merging: Merging) -> list[int]:
        """Return the open stays of both."""
        pks = [contact.pk for contact in merging.both]
        visits = PhaseVisit.objects.filter(contact__in=pks, left_at=None)
        found = list(visits.select_related("phase"))
        if len(found) > 1:
            found.sort(key=lambda visit: _rank(visit, merging), reverse=True)
            PhaseVisit.objects.filter(pk=found[1].pk).update(left_at=merging.at)
        return [visit.pk for visit in found]

    def undo(self, merging: Merging, noted: list[int] | None) -> None:
        """Whoever stands nowhere now stands where they stood."""
        for visit in PhaseVisit.objects.filter(pk__in=noted or ()).order_by("pk"):
            here = PhaseVisit.objects.filter(contact=visit.contact_id, left_at=None)
            if visit.left_at is None:
                continue
            if here.exists():
                merging.left.append("phase")
            else:
                PhaseVisit.objects.filter(pk=visit.pk).update(left_at=None)


def _rank(visit: PhaseVisit, merging: Merging) -> tuple[int, bool]:
    return STAGES.index(visit.phase.stage), visit.contact_id == merging.kept.pk
