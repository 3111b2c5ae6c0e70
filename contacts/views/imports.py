"""Pages for bringing contacts in from a file, and taking them out into one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import scope
from contacts.exports import export_columns, export_rows
from contacts.imports.new_fields import (
    IDENTIFIER,
    TYPES,
    numbers,
    samples_by_column,
    type_of,
)
from contacts.imports.writing import csv_lines, rejected_lines
from contacts.lists import ContactList
from contacts.mapping import known_fields, mapping_rows
from contacts.models.imports import Import
from contacts.services import imports
from contacts.services.undoing import undo_import
from contacts.values import custom_fields
from leadhub.errors import DomainError
from leadhub.web import wants_partial

MAX_BYTES = 20 * 1024 * 1024
# The type of a column is guessed from more rows than are shown.
LOOKED_AT = 1_000
# What a trial takes while somebody waits for it.
TRIED = 5_000
LINES_AT_ONCE = 500


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy("Up to 20 MB; any encoding and delimiter."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            sentence = _("This file is larger than 20 MB. Use the command for it.")
            raise forms.ValidationError(sentence)
        return file


@login_required
@require_GET
def import_list(request: HttpRequest) -> HttpResponse:
    runs = scope(request.user, Import, "read").select_related("by")
    context = {"runs": runs.order_by("-created_at", "-pk")[:50], "form": UploadForm()}
    return render(request, "contacts/imports.html", context)


@login_required
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    _check_may_import(request)
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = imports.upload_import(
                file=file.file, name=file.name, by=request.user, at=timezone.now()
            )
        except DomainError as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("contacts:import", run.pk)
    runs = scope(request.user, Import, "read").select_related("by")
    context = {"runs": runs.order_by("-created_at", "-pk")[:50], "form": form}
    return render(request, "contacts/imports.html", context, status=422)


@login_required
@require_GET
def show(request: HttpRequest, import_id: int) -> HttpResponse:
    """The mapping of a file that waits; else how far it is and what came of it."""
    runs = scope(request.user, Import, "read").select_related("job", "by")
    run = get_object_or_404(runs, pk=import_id)
    if run.status == Import.Status.UPLOADED:
        return _mapping_page(request, run, run.mapping)
    partial = wants_partial(request)
    template = "contacts/_import_result.html" if partial else "contacts/import.html"
    return render(request, template, {"run": run, "job": run.job})


@login_required
@require_POST
def mapping(request: HttpRequest, import_id: int) -> HttpResponse:
    """Keep the mapping and try it, or make fields of the columns that have none."""
    run = _own(request, import_id)
    chosen = {
        column: request.POST.get(f"column-{place}", "")
        for place, column in enumerate(run.columns)
    }
    if request.POST.get("action") == "fields":
        return _mapping_page(request, run, _with_new_fields(run, chosen))
    now = timezone.now()
    try:
        run = imports.map_import(
            run=run,
            mapping=chosen,
            updates_existing=request.POST.get("updates_existing") == "on",
            list_name=request.POST.get("list_name", ""),
            by=request.user,
            at=now,
        )
        trial = imports.try_import(run=run, by=request.user, at=now, rows=TRIED)
    except DomainError as refusal:
        return _mapping_page(request, run, chosen, error=str(refusal), status=422)
    more = {
        "trial": trial,
        "tried": TRIED if sum(trial.counts.values()) == TRIED else 0,
    }
    return _mapping_page(request, run, run.mapping, **more)


@login_required
@require_POST
def start(request: HttpRequest, import_id: int) -> HttpResponse:
    run = _own(request, import_id)
    try:
        imports.start_import(run=run, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("contacts:import", import_id)


@login_required
@require_POST
def discard(request: HttpRequest, import_id: int) -> HttpResponse:
    try:
        imports.discard_import(run=_own(request, import_id))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("contacts:imports")


@login_required
@require_POST
def undo(request: HttpRequest, import_id: int) -> HttpResponse:
    run = _own(request, import_id)
    try:
        undo_import(run=run, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("contacts:import", import_id)


@login_required
@require_GET
def rejected(request: HttpRequest, import_id: int) -> StreamingHttpResponse:
    run = get_object_or_404(scope(request.user, Import, "read"), pk=import_id)
    lines = rejected_lines(run.columns, run.rejected_rows(), delimiter=run.delimiter)
    return _file(lines, f"rejected-{run.pk}.csv")


@login_required
@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The contacts of a list as it is filtered, as a file."""
    if not request.user.runs_marketing:
        raise PermissionDenied
    contacts = ContactList(request)
    columns = export_columns()
    rows = export_rows(contacts.filters.qs, columns, at=timezone.now())
    return _file(csv_lines(columns, rows), "contacts.csv")


def _file(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    # Sent line by line, a file would cost more to send than to write.
    blocks = iter(lambda: "".join(islice(lines, LINES_AT_ONCE)), "")
    response = StreamingHttpResponse(blocks, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _check_may_import(request: HttpRequest) -> None:
    if not request.user.runs_marketing:
        raise PermissionDenied


def _own(request: HttpRequest, import_id: int) -> Import:
    _check_may_import(request)
    return get_object_or_404(scope(request.user, Import, "update"), pk=import_id)


def _with_new_fields(run: Import, chosen: dict[str, str]) -> dict[str, str]:
    """A type for each column that is left out and has something in it.

    One that numbers people identifies them where the file has no addresses.
    """
    cells = samples_by_column(run.columns, imports.samples_of(run, rows=LOOKED_AT))
    filled = {
        column: field or (f"new.{type_of(cells[column])}" if any(cells[column]) else "")
        for column, field in chosen.items()
    }
    fields = custom_fields()
    marks = {"email", f"new.{IDENTIFIER}"}
    marks |= {f"custom.{key}" for key, row in fields.items() if row.is_identifier}
    if not marks & set(filled.values()):
        numbering = (c for c in run.columns if not chosen[c] and numbers(c, cells[c]))
        if column := next(numbering, None):
            filled[column] = f"new.{IDENTIFIER}"
    return filled


def _mapping_page(
    request: HttpRequest,
    run: Import,
    chosen: dict[str, str],
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "run": run,
        "rows": mapping_rows(run, chosen),
        "choices": [
            *known_fields(),
            (
                _("New"),
                [(f"new.{kind}", label) for kind, label in TYPES.items()],
            ),
        ],
        **more,
    }
    return render(request, "contacts/import_mapping.html", context, status=status)
