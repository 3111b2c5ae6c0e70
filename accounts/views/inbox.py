"""The inbox: lists, and one line with its detail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.models import Notification, User
from accounts.permissions import scope
from accounts.snoozing import event_choices, snooze_choices
from accounts.views.inbox_answers import line_of
from leadhub.keyset import BadCursor, page_of
from leadhub.web import wants_partial

PAGE_SIZE = 25
STATES = ("inbox", "snoozed", "done")
ORDER = {
    "inbox": ("-surfaces_at", "-id"),
    "snoozed": ("surfaces_at", "id"),
    "done": ("-done_at", "-id"),
}


@login_required
@require_GET
@vary_on_headers("HX-Request")
def inbox(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "inbox")
    if state not in STATES:
        raise Http404
    context = _list(request, state)
    if wants_partial(request):
        return render(request, "accounts/_notification_list.html", context)
    return render(request, "accounts/inbox.html", context)


@login_required
@require_GET
@vary_on_headers("HX-Request")
def inbox_item(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Opening it marks it as read by a request of its own, which a GET must not."""
    line = line_of(request, notification_id)
    now = timezone.now()
    context = {"line": line, "state": line.state(at=now), **_choices(now)}
    if wants_partial(request):
        return render(request, "accounts/_notification_detail.html", context)
    return render(
        request, "accounts/inbox.html", _list(request, context["state"]) | context
    )


@login_required
@require_GET
def inbox_poll(request: HttpRequest) -> HttpResponse:
    """Whether the page is behind: 204 if it is not, in one query."""
    since = _moment(request.GET.get("since", ""))
    now = timezone.now()
    waiting = scope(request.user, Notification, "read").in_inbox(at=now)
    count, new = waiting.count_shown(since=since)
    shown = request.GET.get("count"), request.GET.get("new")
    if shown == (str(count), str(new)):
        return HttpResponse(status=204)
    newest = waiting.order_by("-surfaces_at", "-pk").first() if new else None
    context = {
        "count": count,
        "new": new,
        "newest": newest,
        "since": request.GET["since"],
        "is_answer": True,
    }
    return render(request, "accounts/_inbox_poll.html", context)


def _lines(request: HttpRequest, state: str, now: datetime) -> QuerySet[Notification]:
    mine = scope(request.user, Notification, "read")
    if state == "done":
        return mine.done()
    return mine.snoozed(at=now) if state == "snoozed" else mine.in_inbox(at=now)


def _list(request: HttpRequest, state: str) -> dict[str, Any]:
    now = timezone.now()
    rows = _lines(request, state, now)
    order = ORDER[state]
    # What is done has a moment at which it was; the index may rely on that.
    try:
        page = page_of(
            rows,
            ordering=order,
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
            never_null=("done_at",),
        )
    except BadCursor as error:
        raise Http404 from error
    _name_givers(request, page.rows)
    context = {"page": page, "state": state, "tabs": _tabs(state), **_choices(now)}
    context["page_keys"] = [
        ("a", _("Accept")),
        ("d", _("Done")),
        ("s", _("Snooze")),
        ("u", _("Unread")),
        ("h", _("Hand over")),
        ("l", _("Log call")),
        ("n", _("Note")),
        ("t", _("Task")),
        ("w", _("Write a mail")),
    ]
    if not page.rows and state == "inbox":
        snoozed = _lines(request, "snoozed", now).order_by("surfaces_at", "pk")
        context["comes_back"] = snoozed.first()
    return context


def _name_givers(request: HttpRequest, rows: Sequence[Notification]) -> None:
    """Load who handed lines over, or got them: no query where nobody did."""
    named = {pk for row in rows for pk in (row.given_by_id, row.given_to_id)} - {None}
    people = {}
    if named:
        known = scope(request.user, User, "read").filter(pk__in=named)
        people = {user.pk: user for user in known}
    for row in rows:
        row.given_by = people.get(row.given_by_id)
        row.given_to = people.get(row.given_to_id)


def _tabs(state: str) -> list[dict[str, Any]]:
    labels = {"inbox": _("Inbox"), "snoozed": _("Snoozed"), "done": _("Done")}
    url = reverse("accounts:inbox")
    return [
        {
            "label": label,
            "url": url if name == "inbox" else f"{url}?state={name}",
            "is_here": name == state,
        }
        for name, label in labels.items()
    ]


def _choices(now: datetime) -> dict[str, Any]:
    zone = timezone.get_default_timezone()
    return {
        "snooze_choices": [*snooze_choices(now, zone=zone), *event_choices()],
        "tomorrow": timezone.localdate(now) + timedelta(days=1),
    }


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError as error:
        raise Http404 from error
    if moment is None or timezone.is_naive(moment):
        raise Http404
    return moment
