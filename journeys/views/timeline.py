"""The timeline of the contact page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.permissions import scope
from contacts.models import Contact
from contacts.sources import readable_sources
from journeys.models.interaction import Kind
from journeys.selectors.streams import (
    FIELDS_CHANGED,
    MERGE_UNDONE,
    MERGED,
    PHASE_ENTERED,
)
from journeys.selectors.touch_streams import BLOCKED, GIVEN, WITHDRAWN
from journeys.timeline import BadPosition, Entry, timeline_of

PAGE_SIZE = 30
LOGGED = [Kind.CALL_OUTBOUND, Kind.CALL_INBOUND, Kind.MEETING, Kind.NOTE]
# What the filters of the panel show: name, label, kinds.
FILTERS: list[tuple[str, Any, set[str]]] = [
    (
        "web",
        gettext_lazy("Website"),
        {
            Kind.PAGE_VIEW,
            Kind.PRICING_VIEW,
            Kind.FORM_SUBMIT,
            Kind.DEMO_REQUEST,
            Kind.CONTENT_DOWNLOAD,
            Kind.LINK_CLICK,
            Kind.CHAT,
        },
    ),
    (
        "mail",
        gettext_lazy("E-mail"),
        {
            Kind.EMAIL_SENT,
            Kind.EMAIL_OPEN,
            Kind.EMAIL_CLICK,
            Kind.EMAIL_REPLY,
            Kind.EMAIL_BOUNCE,
            Kind.OPT_IN_CONFIRMED,
            Kind.UNSUBSCRIBE,
            BLOCKED,
            "sequence_entered",
            "sequence_ended",
        },
    ),
    (
        "events",
        gettext_lazy("Events"),
        {Kind.WEBINAR_REGISTERED, Kind.WEBINAR_ATTENDED, Kind.EVENT_ATTENDED},
    ),
    ("talks", gettext_lazy("Calls and notes"), set(LOGGED)),
    (
        "phases",
        gettext_lazy("Phases, handoffs and deals"),
        {
            PHASE_ENTERED,
            "handoff_offered",
            "handoff_crossed_again",
            "handoff_reassigned",
            "handoff_accepted",
            "handoff_declined",
            "handoff_returned",
            "handoff_closed",
            "deal_opened",
            "deal_moved",
            "deal_valued",
            "deal_given",
            "deal_won",
            "deal_lost",
            "deal_reopened",
            "handoff_merged",
            "handoff_reopened",
        },
    ),
    (
        "changes",
        gettext_lazy("Changes"),
        {FIELDS_CHANGED, GIVEN, WITHDRAWN, MERGED, MERGE_UNDONE},
    ),
]


@login_required
@require_GET
def contact_timeline(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Panel: 30 entries of the contact; with ``cursor`` the next ones alone."""
    contact = get_object_or_404(scope(request.user, Contact, "read"), pk=contact_id)
    if request.GET.get("cursor"):
        try:
            context = _page(contact, request)
        except BadPosition:
            return HttpResponse(status=404)
        return render(request, "journeys/_timeline_entries.html", context)
    context = {
        "filters": [(name, label) for name, label, _kinds in FILTERS],
        "may_log": request.user.may_write,
        **_page(contact, request),
    }
    return render(request, "journeys/_timeline.html", context)


def _page(contact: Contact, request: HttpRequest) -> dict[str, Any]:
    show = request.GET.get("show", "")
    kinds = next((kinds for name, _label, kinds in FILTERS if name == show), None)
    entries, cursor = timeline_of(
        contact,
        size=PAGE_SIZE,
        cursor=request.GET.get("cursor", ""),
        kinds=frozenset(kinds) if kinds else None,
    )
    return {
        "contact": contact,
        "entries": _with_sources_in_words(entries, by=request.user),
        "cursor": cursor,
        "show": show if kinds else "",
    }


def _with_sources_in_words(entries: Iterable[Entry], *, by: User) -> list[Entry]:
    """Where a consent or a change came from, as the panels beside say it."""
    named = {
        entry.key: entry.data["source"]
        for entry in entries
        if entry.kind in {FIELDS_CHANGED, GIVEN, WITHDRAWN}
    }
    sources = readable_sources(named.values(), by=by)
    found = []
    for entry in entries:
        words = sources[named[entry.key]].words if entry.key in named else ""
        if entry.kind == FIELDS_CHANGED:
            entry = replace(entry, detail=words if entry.detail else "")
        elif words:
            entry = replace(entry, text=words)
        found.append(entry)
    return found
