"""Where a contact stands when two become one: in one phase, with one goal each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contacts.merging import Merging, Part
from journeys.models import JourneyGoal, Phase, PhaseVisit

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


class GoalPart(Part):
    """Who has reached a goal twice has reached it once, at the earlier moment."""

    def merge(self, merging: Merging) -> list[dict[str, Any]]:
        """Return the rows that are taken away, and what they said of the others."""
        mine, theirs = (
            {goal.journey_id: goal for goal in contact.journey_goals.all()}
            for contact in merging.both
        )
        noted = []
        for journey_id in sorted(mine.keys() & theirs.keys()):
            kept, gone = mine[journey_id], theirs[journey_id]
            noted.append(
                {
                    "kept": kept.pk,
                    "was": kept.reached_at.isoformat(),
                    "journey": journey_id,
                    "at": gone.reached_at.isoformat(),
                }
            )
            kept.reached_at = min(kept.reached_at, gone.reached_at)
            kept.save(update_fields=["reached_at"])
            gone.delete()
        return noted

    def undo(self, merging: Merging, noted: list[dict[str, Any]] | None) -> None:
        for entry in noted or ():
            rows = JourneyGoal.objects.filter(pk=entry["kept"])
            if rows.update(reached_at=datetime.fromisoformat(entry["was"])):
                JourneyGoal.objects.create(
                    journey_id=entry["journey"],
                    contact=merging.gone,
                    reached_at=datetime.fromisoformat(entry["at"]),
                )


def _rank(visit: PhaseVisit, merging: Merging) -> tuple[int, bool]:
    return STAGES.index(visit.phase.stage), visit.contact_id == merging.kept.pk
