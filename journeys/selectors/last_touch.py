"""The last touch in lists of contacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.utils.html import format_html

from contacts.models.contact import Contact
from journeys.models import Interaction
from journeys.selectors.streams import ICONS, label_of
from leadhub.icons import icon_svg
from leadhub.templatetags.ui import ago


@dataclass(frozen=True, slots=True)
class LastTouch:
    """What happened last between us and a contact, from either side."""

    at: datetime
    label: str
    icon: str


def last_touches(contacts: Sequence[Contact], at: datetime) -> dict[int, LastTouch]:
    """Contact id -> its latest interaction by people, in one query."""
    latest = (
        Interaction.objects.by_people()
        .filter(contact=OuterRef("pk"), occurred_at__lte=at)
        .order_by("-occurred_at", "-pk")
        .values("pk")[:1]
    )
    theirs = Contact.objects.filter(pk__in=[contact.pk for contact in contacts])
    rows = Interaction.objects.filter(pk__in=theirs.values(latest=Subquery(latest)))
    found = rows.values_list("contact_id", "occurred_at", "kind")
    return {
        pk: LastTouch(moment, label_of(kind), ICONS.get(kind, "point"))
        for pk, moment, kind in found
    }


def draw_last_touch(touch: LastTouch | None) -> str:
    if touch is None:
        return ""
    return format_html(
        '<span class="lh-touch" title="{}">{}<span class="lh-touch-word">{}</span>'
        ' <span class="lh-secondary">{}</span></span>',
        touch.label,
        icon_svg(touch.icon),
        touch.label,
        ago(touch.at),
    )
