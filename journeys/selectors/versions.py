"""The versions of a plan, and what two plans differ in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.conditions.sentences import describer
from journeys.models import Journey, JourneyDraft, JourneyVersion, PhaseVisit
from journeys.plan_diff import Change, diff
from journeys.selectors.snapshots import PlanDocument, fill_in


def latest_number(journey: Journey) -> int:
    """The number of the version that contacts follow; 0 if there is none yet."""
    latest = JourneyVersion.objects.filter(journey=journey).aggregate(n=Max("number"))
    return latest["n"] or 0


def latest_version(journey: Journey) -> JourneyVersion | None:
    versions = JourneyVersion.objects.filter(journey=journey)
    return versions.select_related("published_by").order_by("-number").first()


def draft_of(journey: Journey) -> JourneyDraft | None:
    drafts = JourneyDraft.objects.filter(journey=journey)
    draft = drafts.select_related("updated_by").first()
    if draft is not None:
        fill_in(draft.plan, at=timezone.now())
    return draft


Describe = Callable[[Any], str]


def changes_between(
    old: PlanDocument,
    new: PlanDocument,
    *,
    at: datetime,
    words: Describe | None = None,
) -> list[Change]:
    """What is different in ``new``, in words of the language that is active.

    Costs that were over by ``at`` are no difference. ``words`` is a
    ``condition_texts()`` that several differences share.
    """
    describe = words or condition_texts()
    return diff(old, new, describe=describe, day=timezone.localdate(at))


def condition_texts() -> Describe:
    """Puts conditions into words, even if what they name is gone."""
    describe = describer()

    def text(condition: Any) -> str:
        try:
            return describe(condition)
        except (KeyError, TypeError, ValueError):
            return _("a condition that cannot be read any more")

    return text


def removed_with_contacts(
    old: PlanDocument, new: PlanDocument
) -> Sequence[dict[str, Any]]:
    """Phases of ``old`` that ``new`` lacks and contacts are in, with how many."""
    kept = {phase["key"] for phase in new["phases"]}
    gone = {
        int(phase["key"]): phase for phase in old["phases"] if phase["key"] not in kept
    }
    visits = PhaseVisit.objects.filter(phase__in=gone, left_at=None)
    counts = dict(visits.values_list("phase").annotate(n=Count("pk")))
    return [
        {"key": str(pk), "name": phase["name"], "contacts": counts[pk]}
        for pk, phase in gone.items()
        if pk in counts
    ]
