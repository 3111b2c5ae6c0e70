"""The inbox: lists, one line with its detail, and what one does with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from accounts.models import Notification
from accounts.permissions import scope
from accounts.services.notifications import (
    finish_lines,
    finish_notification,
    read_notification,
    reopen_notification,
    snooze_lines,
    snooze_notification,
    unread_notification,
)
from accounts.snoozing import snooze_choices
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
    line = _line(request, notification_id)
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


@login_required
@require_POST
def read(request: HttpRequest, notification_id: int) -> HttpResponse:
    line = read_notification(
        notification=_line(request, notification_id), at=timezone.now()
    )
    return _stayed(request, line)


@login_required
@require_POST
def unread(request: HttpRequest, notification_id: int) -> HttpResponse:
    line = unread_notification(notification=_line(request, notification_id))
    return _stayed(request, line)


@login_required
@require_POST
def done(request: HttpRequest, notification_id: int) -> HttpResponse:
    line = _line(request, notification_id)
    line = finish_notification(notification=line, at=timezone.now())
    return _moved(request, line, said=_("Done: %(title)s") % {"title": line.title})


@login_required
@require_POST
def snooze(request: HttpRequest, notification_id: int) -> HttpResponse:
    line, now = _line(request, notification_id), timezone.now()
    offered = {choice.name: choice for choice in _choices(now)["snooze_choices"]}
    choice = offered.get(request.POST.get("choice", ""))
    if choice is None:
        return HttpResponse(_("Choose one of the times."), status=422)
    line = snooze_notification(notification=line, until=choice.until, at=now)
    said = _("%(when)s: %(title)s") % {"when": choice.label, "title": line.title}
    return _moved(request, line, said=said)


@login_required
@require_POST
def reopen(request: HttpRequest, notification_id: int) -> HttpResponse:
    line = _line(request, notification_id)
    line = reopen_notification(notification=line, at=timezone.now())
    if wants_partial(request):
        return _moved(request, line, said=_("Back in the inbox"), takes_back=False)
    return redirect("accounts:inbox_item", line.pk)


@login_required
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Done or snoozed, for all lines that are ticked."""
    now = timezone.now()
    ids = [pk for pk in request.POST.getlist("ids") if pk.isascii() and pk.isdigit()]
    lines = scope(request.user, Notification, "read").filter(pk__in=ids[:500])
    offered = {choice.name: choice for choice in _choices(now)["snooze_choices"]}
    choice = offered.get(request.POST.get("choice", ""))
    if choice is not None:
        count = snooze_lines(lines=lines, until=choice.until, at=now)
        said = ngettext("%(n)s line is snoozed.", "%(n)s lines are snoozed.", count)
    else:
        count = finish_lines(lines=lines, at=now)
        said = ngettext("%(n)s line is done.", "%(n)s lines are done.", count)
    messages.success(request, said % {"n": count})
    return redirect("accounts:inbox")


def _line(request: HttpRequest, notification_id: int) -> Notification:
    mine = scope(request.user, Notification, "read")
    return get_object_or_404(mine, pk=notification_id)


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
    context = {"page": page, "state": state, "tabs": _tabs(state), **_choices(now)}
    context["page_keys"] = [
        ("a", _("Accept")),
        ("d", _("Done")),
        ("s", _("Snooze")),
        ("u", _("Unread")),
        ("l", _("Log call")),
        ("n", _("Note")),
        ("t", _("Task")),
        ("w", _("Write a mail")),
    ]
    if not page.rows and state == "inbox":
        snoozed = _lines(request, "snoozed", now).order_by("surfaces_at", "pk")
        context["comes_back"] = snoozed.first()
    return context


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
    return {"snooze_choices": snooze_choices(now, zone=zone)}


def _stayed(request: HttpRequest, line: Notification) -> HttpResponse:
    """The answer when a line is where it was and looks otherwise."""
    if not wants_partial(request):
        return redirect("accounts:inbox")
    told = {"line": line.pk, "is_read": line.read_at is not None}
    return trigger_client_event(HttpResponse(status=204), "inbox:read", told)


def _moved(
    request: HttpRequest, line: Notification, *, said: str, takes_back: bool = True
) -> HttpResponse:
    """The answer when a line has left the list that is shown: the page takes it out."""
    undo = reverse("accounts:inbox_reopen", args=[line.pk]) if takes_back else ""
    if not wants_partial(request):
        messages.success(request, said, extra_tags=f"undo={undo}" if undo else "")
        return redirect("accounts:inbox")
    response = HttpResponse(status=204)
    # The toast first: what asked for it goes away with the line.
    toast = {"text": said, "level": "success", "undo": undo}
    trigger_client_event(response, "toast", toast)
    return trigger_client_event(response, "inbox:gone", {"line": line.pk})


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError as error:
        raise Http404 from error
    if moment is None or timezone.is_naive(moment):
        raise Http404
    return moment
