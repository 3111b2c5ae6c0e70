"""Which content suits a contact next: by interests and phase, without what they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.models.content import Content
from campaigns.selectors.contents import where_offered
from campaigns.selectors.interests import InterestNow
from contacts.models import Contact
from journeys.models import Interaction, PhaseVisit
from journeys.models.interaction import Kind

# Contents looked at; nobody writes more that are of use at a time.
LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A content with why: the topics that interest, the phase it suits, or both."""

    content: Content
    topics: list[str]
    phase: str
    url: str


def next_best_contents(
    contact: Contact, interests: Sequence[InterestNow], *, count: int = 3
) -> list[Suggestion]:
    """At most ``count`` contents, the best first; seven queries.

    Those that suit the contact's phase come before others, and of these those about
    what interests most. What suits neither is not suggested.
    """
    strength = {one.slug: one.strength for one in interests}
    visit = PhaseVisit.objects.filter(contact=contact.pk, left_at=None)
    visit = visit.select_related("phase").order_by("-entered_at", "-pk").first()
    phase = visit.phase if visit else None
    taken = Interaction.objects.by_people().filter(
        contact=contact.pk, kind=Kind.CONTENT_DOWNLOAD
    )
    names = {
        properties.get("content")
        for properties in taken.values_list("properties", flat=True)
        if isinstance(properties, dict)
    }
    rows = Content.objects.in_use().prefetch_related("topics", "phases")
    ranked = []
    for content in rows.order_by("-updated_at", "-pk")[:LOOKED_AT]:
        if content.slug in names:
            continue
        about = [topic for topic in content.topics.all() if topic.slug in strength]
        about.sort(key=lambda topic: (-strength[topic.slug], topic.pk))
        suits = phase is not None and phase in content.phases.all()
        if about or suits:
            worth = sum(strength[topic.slug] for topic in about)
            ranked.append((not suits, -worth, content.pk, content, about, suits))
    ranked.sort(key=lambda each: each[:3])
    best = ranked[:count]
    offered = where_offered([each[3] for each in best])
    return [
        Suggestion(
            content=content,
            topics=[topic.name for topic in about],
            phase=phase.name if suits and phase else "",
            url=offered.get(content.pk) or "",
        )
        for *_rank, content, about, suits in best
    ]
