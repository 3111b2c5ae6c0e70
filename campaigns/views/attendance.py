"""One batch of attendance: how its file is read, what came of it, whom a mail follows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import scope
from campaigns.models import AttendanceBatch, Message
from campaigns.selectors.follow_ups import Line, lines_of
from campaigns.services import attendance_files as files
from contacts.imports.writing import rejected_lines
from contacts.mapping import known_fields, mapping_rows
from contacts.models import Import
from leadhub.errors import DomainError
from leadhub.keyset import BadCursor, page_of
from leadhub.web import wants_partial

PAGE_SIZE = 50
TRIED = 5_000
ATTENDED, REGISTERED = "all", "none"


@login_required
@require_GET
def batch_detail(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The mapping of a file that waits; else how far it is and what came of it."""
    batch = _batch(request, batch_id, "read")
    if batch.run is not None and batch.run.status == Import.Status.UPLOADED:
        return _mapping_page(request, batch, batch.run.mapping)
    try:
        page = page_of(
            batch.entries.select_related("contact"),
            ordering=("-id",),
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except BadCursor as error:
        raise Http404 from error
    mails = scope(request.user, Message, "read")
    lines: list[Line] = lines_of(batch.event, page.rows, mails=mails)
    run = batch.run
    is_running = (
        run.is_running
        if run
        else batch.job is not None and not (batch.undone_at or batch.job.finished_at)
    )
    context = {
        "batch": batch,
        "run": run,
        "job": batch.job,
        "page": page,
        "lines": lines,
        "is_running": is_running,
        "may_undo": request.user.runs_marketing
        and (run.may_be_undone if run else batch.undone_at is None),
    }
    partial = wants_partial(request)
    name = "_attendance_result" if partial else "attendance"
    return render(request, f"campaigns/{name}.html", context)


@login_required
@require_POST
def batch_map(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Keep the mapping and try it."""
    batch = _batch(request, batch_id, "update")
    if batch.run is None or batch.run.status != Import.Status.UPLOADED:
        return redirect("campaigns:attendance", batch_id)
    said = request.POST.get("attended", "")
    chosen = {
        column: request.POST.get(f"column-{place}", "")
        for place, column in enumerate(batch.run.columns)
    }
    now = timezone.now()
    try:
        batch = files.map_attendance(
            batch=batch,
            mapping=chosen,
            attended_column=said.removeprefix("column:")
            if said.startswith("column:")
            else "",
            all_attended=said == ATTENDED,
            by=request.user,
            at=now,
        )
        trial = files.try_attendance(batch=batch, by=request.user, at=now, rows=TRIED)
    except DomainError as refusal:
        return _mapping_page(
            request, batch, chosen, said=said, error=str(refusal), status=422
        )
    tried = TRIED if sum(trial.counts.values()) >= TRIED else 0
    return _mapping_page(request, batch, batch.run.mapping, trial=trial, tried=tried)


@login_required
@require_POST
def batch_start(request: HttpRequest, batch_id: int) -> HttpResponse:
    batch = _batch(request, batch_id, "update")
    try:
        files.start_attendance(batch=batch, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("campaigns:attendance", batch_id)


@login_required
@require_POST
def batch_discard(request: HttpRequest, batch_id: int) -> HttpResponse:
    batch = _batch(request, batch_id, "update")
    event_id = batch.event_id
    try:
        files.discard_attendance(batch=batch)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("campaigns:attendance", batch_id)
    return redirect("campaigns:event", event_id)


@login_required
@require_POST
def batch_undo(request: HttpRequest, batch_id: int) -> HttpResponse:
    batch = _batch(request, batch_id, "update")
    try:
        files.undo_attendance(batch=batch, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("campaigns:attendance", batch_id)


@login_required
@require_GET
def batch_rejected(request: HttpRequest, batch_id: int) -> StreamingHttpResponse:
    run = _batch(request, batch_id, "read").run
    if run is None:
        raise Http404
    lines = rejected_lines(run.columns, run.rejected_rows(), delimiter=run.delimiter)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"rejected-{run.pk}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _batch(request: HttpRequest, batch_id: int, action: str) -> AttendanceBatch:
    if action != "read" and not request.user.runs_marketing:
        raise PermissionDenied
    rows = scope(request.user, AttendanceBatch, action)
    rows = rows.select_related("event", "run__job", "job", "by")
    return get_object_or_404(rows, pk=batch_id)


def _mapping_page(
    request: HttpRequest,
    batch: AttendanceBatch,
    chosen: dict[str, str],
    *,
    said: str | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    run = batch.run
    if said is None:
        said = ATTENDED if batch.all_attended else REGISTERED
        said = f"column:{batch.attended_column}" if batch.attended_column else said
    context = {
        "batch": batch,
        "run": run,
        "said": said,
        "ways": [
            (ATTENDED, _("Everybody in the file")),
            (REGISTERED, _("Nobody yet: these are registrations")),
            *(
                (f"column:{column}", _("It says so in “%(name)s”") % {"name": column})
                for column in run.columns
            ),
        ],
        "rows": mapping_rows(run, chosen),
        "choices": known_fields(),
        **more,
    }
    return render(request, "campaigns/attendance_map.html", context, status=status)
