"""Figures of handoffs: what both teams promised each other, and how good the leads are."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from insights.kpis.contacts import NO_PHASE
from insights.kpis.definitions import Group, Kpi, Listing, Owner
from insights.kpis.ways import HOUR, Counted, Mean, MedianTime, Share
from sales.handoff_filters import HandoffListFilter
from sales.models import Handoff

HANDOFFS = Listing(
    "sales:list",
    Handoff,
    HandoffListFilter,
    {
        "journey": "journey",
        "team": "team",
        "rep": "assignee",
        "measure": "brought_by",
    },
)

OFFERED = Kpi(
    "handoffs_offered",
    _("Handoffs offered"),
    _("Leads offered to sales in the period."),
    Group.HANDOFFS,
    Owner.MARKETING,
    HANDOFFS,
    Counted(),
    since="offered_since",
    until="offered_before",
    moment="offered_at",
    lacks={"phase": NO_PHASE},
    is_sum=True,
)
HANDOFFS_ACCEPTED = replace(
    OFFERED,
    key="handoffs_accepted",
    label=_("Handoffs accepted"),
    definition=_("Of the handoffs offered in the period, those that a rep accepted."),
    owner=Owner.BOTH,
    query={"answer": "accepted"},
)
ACCEPTED = replace(
    OFFERED,
    key="accepted",
    label=_("Acceptance rate"),
    definition=_(
        "Of the handoffs offered in the period that were answered or expired, those "
        "that a rep accepted."
    ),
    owner=Owner.MARKETING,
    way=Share(),
    unit="%",
    query={"answer": "answered"},
    part={"answer": "accepted"},
    is_sum=False,
)
HOURS_TO_ACCEPT = replace(
    OFFERED,
    key="hours_to_accept",
    label=_("Median time to accept"),
    definition=_(
        "From the offer to its acceptance, of handoffs offered in the period."
    ),
    owner=Owner.SALES,
    way=MedianTime("offered_at", "accepted_at", HOUR),
    unit="h",
    query={"answer": "accepted"},
    more_is_better=False,
    is_sum=False,
)
HOURS_TO_TOUCH = replace(
    HOURS_TO_ACCEPT,
    key="hours_to_touch",
    label=_("Median time to first touch"),
    definition=_(
        "From the offer to the first call, meeting or mail after it was accepted, of "
        "handoffs offered in the period."
    ),
    way=MedianTime("offered_at", "touched_at", HOUR),
    query={"answer": "reached"},
)
ACCEPTED_IN_TIME = replace(
    ACCEPTED,
    key="accepted_in_time",
    label=_("Accepted in time"),
    definition=_(
        "Of the handoffs offered in the period of which it is known. Late is also what "
        "expired or still waits past its time."
    ),
    owner=Owner.SALES,
    query={"answer": "judged"},
    part={"answer": "in_time"},
)
TOUCHED_IN_TIME = replace(
    ACCEPTED,
    key="touched_in_time",
    label=_("First touch in time"),
    definition=_(
        "Of the handoffs offered in the period and accepted whose promised time for a "
        "call, meeting or mail is over, or that were touched in it."
    ),
    owner=Owner.SALES,
    query={"answer": "touch_judged"},
    part={"answer": "touched"},
)
DECLINED = replace(
    ACCEPTED,
    key="declined",
    label=_("Decline rate"),
    definition=_(
        "Of the handoffs offered in the period, those that sales gave back with a "
        "reason."
    ),
    group=Group.QUALITY,
    query={},
    part={"answer": "declined"},
    more_is_better=False,
)
LEAD_RATING = replace(
    OFFERED,
    key="lead_rating",
    label=_("Lead quality as rated"),
    definition=_(
        "Mean of the ratings, 1 to 5, that reps gave to handoffs offered in the period."
    ),
    group=Group.QUALITY,
    way=Mean("rating"),
    unit="stars",
    query={"answer": "rated"},
    is_sum=False,
)

OF_HANDOFFS = (
    OFFERED,
    HANDOFFS_ACCEPTED,
    ACCEPTED,
    ACCEPTED_IN_TIME,
    HOURS_TO_ACCEPT,
    TOUCHED_IN_TIME,
    HOURS_TO_TOUCH,
)
OF_QUALITY = (LEAD_RATING, DECLINED)
