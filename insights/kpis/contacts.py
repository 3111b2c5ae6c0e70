"""Figures of contacts: how many come, and how many become ready."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from contacts.filters import ContactFilter
from contacts.models import Contact
from insights.kpis.definitions import Group, Kpi, Listing, Owner
from insights.kpis.ways import Counted, Share, TimeInPhase

CONTACTS = Listing(
    "contacts:list",
    Contact,
    ContactFilter,
    {"journey": "journey", "rep": "owner", "measure": "brought_by"},
)
# Of a phase, its journey is known.
VISITORS = Listing(
    "contacts:list",
    Contact,
    ContactFilter,
    {"phase": "entered_phase", "rep": "owner", "measure": "brought_by"},
)
NO_TEAM = _("A contact belongs to a rep, not to a team.")
NO_PHASE = _("It is not counted phase by phase.")
LACKS = {"team": NO_TEAM, "phase": NO_PHASE}

NEW_CONTACTS = Kpi(
    "new_contacts",
    _("New contacts"),
    _("Contacts created in the period."),
    Group.CONTACTS,
    Owner.MARKETING,
    CONTACTS,
    Counted(),
    since="created_since",
    until="created_before",
    moment="created_at",
    query={"sort": "-created"},
    lacks=LACKS,
    is_sum=True,
)
BECAME_READY = Kpi(
    "became_ready",
    _("Became sales-ready"),
    _("Contacts whose score crossed the threshold in the period."),
    Group.CONTACTS,
    Owner.MARKETING,
    CONTACTS,
    Counted(),
    since="crossed_since",
    until="crossed_before",
    moment="crossings__at",
    lacks=LACKS,
    is_sum=True,
)
READY_NOW = Kpi(
    "ready_now",
    _("Sales-ready now"),
    _("Contacts whose score is at or above the threshold at this moment."),
    Group.CONTACTS,
    Owner.BOTH,
    CONTACTS,
    Counted(),
    query={"sales_ready": "true", "sort": "-score"},
    lacks=LACKS,
)
ENTERED_PHASE = Kpi(
    "entered_phase",
    _("Entered the phase"),
    _("Contacts who entered the phase in the period."),
    Group.PHASES,
    Owner.BOTH,
    VISITORS,
    Counted(),
    since="entered_since",
    until="entered_before",
    lacks={"team": NO_TEAM},
    needs_phase=True,
    is_sum=True,
)
PHASE_CONVERSION = Kpi(
    "phase_conversion",
    _("Moved on"),
    _("Of those who entered the phase in the period, who came to a later one in it."),
    Group.PHASES,
    Owner.BOTH,
    VISITORS,
    Share(),
    unit="%",
    part={"moved_on": "true"},
    since="entered_since",
    until="entered_before",
    lacks={"team": NO_TEAM},
    needs_phase=True,
)
PHASE_DAYS = Kpi(
    "phase_days",
    _("Median time in the phase"),
    _(
        "Of those who entered it in the period; who is still in it at its end counts as "
        "staying longer (Kaplan-Meier). A dash: more than half are."
    ),
    Group.PHASES,
    Owner.BOTH,
    VISITORS,
    TimeInPhase(),
    unit="d",
    since="entered_since",
    until="entered_before",
    more_is_better=False,
    lacks={"team": NO_TEAM},
    needs_phase=True,
)

OF_CONTACTS = (NEW_CONTACTS, BECAME_READY, READY_NOW)
OF_PHASES = (ENTERED_PHASE, PHASE_CONVERSION, PHASE_DAYS)
