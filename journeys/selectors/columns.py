"""The phase and the last touch in lists of contacts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import FilteredRelation, Q
from django.utils.translation import gettext_lazy as _

from contacts.columns import Column, register_column
from contacts.exports import Standing, register_standing
from contacts.models.contact import Contact
from journeys.models import Phase, PhaseVisit
from journeys.selectors.last_touch import draw_last_touch, last_touches

# A contact has one visit that has not ended, at most.
IN_FILES = Standing(
    reads=["open_visit__phase__name"],
    as_text=lambda values, at: values[0] or "",
    joins=lambda: {
        "open_visit": FilteredRelation(
            "phase_visits", condition=Q(phase_visits__left_at=None)
        )
    },
)


def current_phases(contacts: Sequence[Contact], at: datetime) -> dict[int, str]:
    """Contact id -> name of the phase it is in now, in one query."""
    visits = PhaseVisit.objects.filter(contact__in=contacts, left_at=None)
    return dict(visits.values_list("contact_id", "phase__name"))


def phase_choices() -> list[tuple[str, str]]:
    """Every phase, journey by journey."""
    phases = Phase.objects.select_related("journey")
    ordered = phases.order_by("journey__name", "journey_id", "position")
    return [(str(phase.pk), f"{phase.journey}: {phase}") for phase in ordered]


def register_columns() -> None:
    register_standing("phase", IN_FILES)
    register_column(
        Column(
            name="phase",
            label=_("Phase"),
            load=current_phases,
            as_json=lambda name: name,
            choices=phase_choices,
        )
    )
    register_column(
        Column(
            name="last_touch",
            label=_("Last touch"),
            load=last_touches,
            draw=draw_last_touch,
            position=1,
            css="lh-wide",
        )
    )
