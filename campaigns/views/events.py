"""Webinars and other events: the list, one of them, and who was there."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import scope
from campaigns.event_forms import EventForm, ListForm, PersonForm
from campaigns.models import Attendance, AttendanceBatch, Event
from campaigns.services.attendance_files import upload_attendance
from campaigns.services.events import delete_event, save_event
from campaigns.services.reported_attendance import report_attendance
from campaigns.services.senders import SenderMissing, sender_for_marketing
from leadhub.errors import DomainError
from leadhub.keyset import BadCursor, page_of

PAGE_SIZE = 50
MAX_BYTES = 20 * 1024 * 1024
BATCHES_SHOWN = 50


@login_required
@require_GET
def event_list(request: HttpRequest) -> HttpResponse:
    rows = scope(request.user, Event, "read").annotate(
        registered=Count("attendances__registered_at"),
        attended=Count("attendances__attended_at"),
    )
    try:
        page = page_of(
            rows,
            ordering=("-starts_at", "-id"),
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except BadCursor as error:
        raise Http404 from error
    context = {"page": page, "may_write": request.user.runs_marketing}
    return render(request, "campaigns/events.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def event_edit(request: HttpRequest, event_id: int | None = None) -> HttpResponse:
    _check_may(request)
    event = _event(request, event_id, "update") if event_id else Event()
    form = EventForm(request.POST or None, event=event, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            event = save_event(
                event=event, by=request.user, at=timezone.now(), **form.values()
            )
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Event saved."))
            return redirect("campaigns:event", event.pk)
    context = {"form": form, "event": event if event_id else None}
    status = 422 if form.errors else 200
    return render(request, "campaigns/event_edit.html", context, status=status)


@login_required
@require_GET
def event_detail(request: HttpRequest, event_id: int) -> HttpResponse:
    return _detail(request, _event(request, event_id, "read"))


@login_required
@require_POST
def event_delete(request: HttpRequest, event_id: int) -> HttpResponse:
    _check_may(request)
    event = _event(request, event_id, "update")
    try:
        delete_event(event=event, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("campaigns:event", event_id)
    messages.success(request, _("%(name)s was deleted.") % {"name": event})
    return redirect("campaigns:events")


@login_required
@require_POST
def add_person(request: HttpRequest, event_id: int) -> HttpResponse:
    _check_may(request)
    event = _event(request, event_id, "update")
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _detail(request, event, person=form)
    try:
        taken = report_attendance(
            event=event,
            items=[form.cleaned_data],
            source="browser",
            by=request.user,
            at=timezone.now(),
        )
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _detail(request, event, person=form)
    for _index, errors in taken.errors:
        for error in errors:
            form.add_refusal(error)
    if form.errors:
        return _detail(request, event, person=form)
    messages.success(request, _("%(email)s was added.") % form.cleaned_data)
    return redirect("campaigns:event", event_id)


@login_required
@require_POST
def upload_list(request: HttpRequest, event_id: int) -> HttpResponse:
    _check_may(request)
    event = _event(request, event_id, "update")
    form = ListForm(request.POST, request.FILES)
    if form.is_valid() and form.cleaned_data["file"].size > MAX_BYTES:
        form.add_error("file", _("This file is larger than 20 MB."))
    if not form.is_valid():
        return _detail(request, event, upload=form)
    file = form.cleaned_data["file"]
    try:
        batch = upload_attendance(
            event=event,
            file=file.file,
            name=file.name,
            by=request.user,
            at=timezone.now(),
        )
    except DomainError as refusal:
        form.add_error("file", str(refusal))
        return _detail(request, event, upload=form)
    return redirect("campaigns:attendance", batch.pk)


def _detail(
    request: HttpRequest,
    event: Event,
    *,
    person: PersonForm | None = None,
    upload: ListForm | None = None,
) -> HttpResponse:
    rows = scope(request.user, Attendance, "read").filter(event=event)
    try:
        page = page_of(
            rows.select_related("contact__company"),
            ordering=("-id",),
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except BadCursor as error:
        raise Http404 from error
    batches = scope(request.user, AttendanceBatch, "read").filter(event=event)
    context = {
        "event": event,
        "topics": event.topics.order_by("name", "pk"),
        "page": page,
        "counts": rows.aggregate(
            registered=Count("registered_at"), attended=Count("attended_at")
        ),
        "batches": batches.select_related("run__job", "by").order_by("-pk")[
            :BATCHES_SHOWN
        ],
        "may_write": request.user.runs_marketing,
        "lacks_sender": _lacks_sender(event),
        "person": person
        or PersonForm(initial={"attended": event.starts_at <= timezone.now()}),
        "upload": upload or ListForm(),
    }
    refused = bool((person and person.errors) or (upload and upload.errors))
    status = 422 if refused else 200
    return render(request, "campaigns/event.html", context, status=status)


def _lacks_sender(event: Event) -> bool:
    """Whether its mails would all be held back, for nobody says who they come from."""
    if event.mail_attended_id is None and event.mail_missed_id is None:
        return False
    try:
        sender_for_marketing()
    except SenderMissing:
        return True
    return False


def _event(request: HttpRequest, event_id: int, action: str) -> Event:
    rows = scope(request.user, Event, action)
    rows = rows.select_related("measure", "mail_attended", "mail_missed")
    return get_object_or_404(rows, pk=event_id)


def _check_may(request: HttpRequest) -> None:
    if not request.user.runs_marketing:
        raise PermissionDenied
