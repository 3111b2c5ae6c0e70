"""What one does with lines of the inbox: one of them, or all that are ticked."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from accounts.models import Notification, User
from accounts.permissions import scope
from accounts.services.answers import (
    finish_lines,
    finish_notification,
    read_notification,
    reopen_notification,
    unread_notification,
)
from accounts.services.assigning import assign_lines
from accounts.services.snoozes import Snoozed, snooze_lines, snooze_notification
from accounts.snoozing import Choice, choice_named
from leadhub.errors import DomainError
from leadhub.web import wants_partial

AT_ONCE = 500
MOST_SAID = 5
MOST_DIGITS = 19


@login_required
@require_POST
def read(request: HttpRequest, notification_id: int) -> HttpResponse:
    line = read_notification(
        notification=line_of(request, notification_id), at=timezone.now()
    )
    return _stayed(request, line)


@login_required
@require_POST
def unread(request: HttpRequest, notification_id: int) -> HttpResponse:
    line = unread_notification(notification=line_of(request, notification_id))
    return _stayed(request, line)


@login_required
@require_POST
def done(request: HttpRequest, notification_id: int) -> HttpResponse:
    line = line_of(request, notification_id)
    line = finish_notification(notification=line, at=timezone.now())
    return moved(request, line, said=_("Done: %(title)s") % {"title": line.title})


@login_required
@require_POST
def snooze(request: HttpRequest, notification_id: int) -> HttpResponse:
    line, now = line_of(request, notification_id), timezone.now()
    choice = _chosen(request, now)
    if choice is None:
        return refused(request, _("Choose one of the times."))
    try:
        line = snooze_notification(
            notification=line, until=choice.until, event=choice.event, at=now
        )
    except DomainError as refusal:
        return refused(request, str(refusal))
    said = _("%(when)s: %(title)s")
    if choice.until and line.surfaces_at < choice.until:
        said = _("Back before what was promised ends: %(title)s")
    told = {"when": choice.label, "title": line.title}
    return moved(request, line, said=said % told)


@login_required
@require_POST
def reopen(request: HttpRequest, notification_id: int) -> HttpResponse:
    line = line_of(request, notification_id)
    line = reopen_notification(notification=line, at=timezone.now())
    if wants_partial(request):
        return moved(request, line, said=_("Back in the inbox"), takes_back=False)
    return redirect("accounts:inbox_item", line.pk)


@login_required
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Done, snoozed or handed over, for all lines that are ticked."""
    now = timezone.now()
    ids = [pk for pk in request.POST.getlist("ids") if pk.isascii() and pk.isdigit()]
    lines = scope(request.user, Notification, "read").filter(pk__in=ids[:AT_ONCE])
    if request.POST.get("assignee"):
        return _assign(request, lines, now)
    if not request.POST.get("choice"):
        count = finish_lines(lines=lines, at=now)
        said = ngettext("%(n)s line is done.", "%(n)s lines are done.", count)
        messages.success(request, said % {"n": count})
        return redirect("accounts:inbox")
    choice = _chosen(request, now)
    if choice is None:
        return refused(request, _("Choose one of the times."))
    try:
        told = snooze_lines(lines=lines, until=choice.until, event=choice.event, at=now)
    except DomainError as refusal:
        return refused(request, str(refusal))
    for said in _snoozed_in_words(told):
        messages.success(request, said)
    return redirect("accounts:inbox")


def _assign(
    request: HttpRequest, lines: QuerySet[Notification], now: datetime
) -> HttpResponse:
    to = colleague(request)
    if to is None:
        return refused(request, _("Choose one of your colleagues."))
    waiting = lines.filter(done_at=None).order_by("pk")
    told = assign_lines(lines=list(waiting), to=to, by=request.user, at=now)
    said = ngettext(
        "%(n)s line is with %(name)s now.",
        "%(n)s lines are with %(name)s now.",
        told.count,
    )
    messages.success(request, said % {"n": told.count, "name": to})
    for refusal in told.refusals[:MOST_SAID]:
        messages.error(request, refusal)
    return redirect("accounts:inbox")


def colleague(request: HttpRequest) -> User | None:
    """To whom something is to be handed over."""
    number = request.POST.get("assignee", "")
    if not (number.isascii() and number.isdigit() and len(number) < MOST_DIGITS):
        return None
    return scope(request.user, User, "read").active().filter(pk=number).first()


def line_of(request: HttpRequest, notification_id: int) -> Notification:
    mine = scope(request.user, Notification, "read")
    return get_object_or_404(mine, pk=notification_id)


def refused(request: HttpRequest, said: str) -> HttpResponse:
    """The answer when a line stays because a verb says no."""
    if not wants_partial(request):
        messages.error(request, said)
        return redirect("accounts:inbox")
    toast = {"text": said, "level": "error", "undo": ""}
    return trigger_client_event(HttpResponse(status=204), "toast", toast)


def moved(
    request: HttpRequest,
    line: Notification,
    *,
    said: str,
    takes_back: bool = True,
    undo_by: str = "reopen",
) -> HttpResponse:
    """The answer when a line has left the list that is shown: the page takes it out."""
    undo = reverse(f"accounts:inbox_{undo_by}", args=[line.pk]) if takes_back else ""
    if not wants_partial(request):
        messages.success(request, said, extra_tags=f"undo={undo}" if undo else "")
        return redirect("accounts:inbox")
    response = HttpResponse(status=204)
    # The toast first: what asked for it goes away with the line.
    toast = {"text": said, "level": "success", "undo": undo}
    trigger_client_event(response, "toast", toast)
    return trigger_client_event(response, "inbox:gone", {"line": line.pk})


def _stayed(request: HttpRequest, line: Notification) -> HttpResponse:
    """The answer when a line is where it was and looks otherwise."""
    if not wants_partial(request):
        return redirect("accounts:inbox")
    told = {"line": line.pk, "is_read": line.read_at is not None}
    return trigger_client_event(HttpResponse(status=204), "inbox:read", told)


def _chosen(request: HttpRequest, now: datetime) -> Choice | None:
    return choice_named(
        request.POST.get("choice", ""),
        day=request.POST.get("day", ""),
        at=now,
        zone=timezone.get_default_timezone(),
    )


def _snoozed_in_words(told: Snoozed) -> list[str]:
    said = ngettext("%(n)s line is snoozed.", "%(n)s lines are snoozed.", told.count)
    words = [said % {"n": told.count}]
    if told.promised:
        said = ngettext(
            "%(n)s stays: what was promised about it ends within minutes.",
            "%(n)s stay: what was promised about them ends within minutes.",
            told.promised,
        )
        words.append(said % {"n": told.promised})
    if told.waitless:
        said = ngettext(
            "%(n)s stays: nobody could reply, or has a score that could change.",
            "%(n)s stay: nobody could reply, or has a score that could change.",
            told.waitless,
        )
        words.append(said % {"n": told.waitless})
    return words
