"""Sequences: the list, the settings of one, and whether it runs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import scope
from campaigns.models import Enrollment, Sequence
from campaigns.selectors.sequences import (
    counts_of,
    entries_of,
    published_version,
    version_at_hand,
)
from campaigns.sequence_forms import PublishForm, SequenceForm
from campaigns.services.sequences import publish_draft, save_sequence, set_status
from contacts.conditions.catalog import editor_words
from leadhub.errors import DomainError
from leadhub.keyset import BadCursor, page_of

PAGE_SIZE = 50
STATUS_SAID = {
    Sequence.Status.ACTIVE: gettext_lazy("%(name)s goes on."),
    Sequence.Status.PAUSED: gettext_lazy(
        "%(name)s is paused: nobody enters, nobody moves."
    ),
    Sequence.Status.CLOSED: gettext_lazy(
        "%(name)s is closed: who is in it goes on to the end."
    ),
}


@login_required
@require_GET
def sequence_list(request: HttpRequest) -> HttpResponse:
    rows = scope(request.user, Sequence, "read")
    try:
        page = page_of(
            rows.annotate(published_at=Max("versions__published_at")),
            ordering=("name", "id"),
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except BadCursor as error:
        raise Http404 from error
    counts, entries = counts_of(page.rows), entries_of(page.rows)
    context = {
        "page": page,
        "lines": [
            {"sequence": row, "counts": counts[row.pk], "enters": entries[row.pk]}
            for row in page.rows
        ],
        "may_write": request.user.runs_marketing,
    }
    return render(request, "campaigns/sequences.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def sequence_edit(request: HttpRequest, sequence_id: int | None = None) -> HttpResponse:
    """Who enters, when mails go out, what the goal is."""
    sequence = Sequence() if sequence_id is None else to_change(request, sequence_id)
    if not request.user.runs_marketing:
        raise PermissionDenied
    form = SequenceForm(request.POST or None, user=request.user, sequence=sequence)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_sequence(
                sequence=form.into(sequence), by=request.user, at=timezone.now()
            )
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Sequence saved."))
            return redirect("campaigns:sequence", saved.pk)
    context: dict[str, Any] = {
        "form": form,
        "sequence": sequence if sequence.pk else None,
        **editor_words(request.user),
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/sequence_edit.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def sequence_publish(request: HttpRequest, sequence_id: int) -> HttpResponse:
    """Asks what becomes of contacts in the middle, and for a note."""
    sequence = to_change(request, sequence_id)
    form = PublishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            publish_draft(
                sequence=sequence,
                moves_people=form.cleaned_data["people"] == PublishForm.MOVE,
                note=form.cleaned_data["note"],
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s is live.") % {"name": sequence})
            return redirect("campaigns:sequence", sequence.pk)
    version, is_draft = version_at_hand(sequence)
    active = scope(request.user, Enrollment, "read").active()
    context = {
        "sequence": sequence,
        "form": form,
        "is_draft": is_draft and version.steps.exists(),
        "published": published_version(sequence),
        "in_the_middle": active.filter(sequence=sequence).count(),
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/sequence_publish.html", context, status=status)


@login_required
@require_POST
def sequence_status(request: HttpRequest, sequence_id: int) -> HttpResponse:
    sequence = to_change(request, sequence_id)
    status = request.POST.get("status", "")
    if status not in STATUS_SAID:
        raise Http404
    try:
        set_status(sequence=sequence, status=status, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, STATUS_SAID[status] % {"name": sequence})
    return redirect("campaigns:sequence", sequence.pk)


def to_change(request: HttpRequest, sequence_id: int) -> Sequence:
    """The sequence, for who may change it: 404 if there is none, 403 for others."""
    rows = scope(request.user, Sequence, "read")
    sequence = get_object_or_404(rows, pk=sequence_id)
    if not scope(request.user, Sequence, "update").filter(pk=sequence_id).exists():
        raise PermissionDenied
    return sequence


def to_read(request: HttpRequest, sequence_id: int) -> Sequence:
    rows = scope(request.user, Sequence, "read").select_related("measure")
    return get_object_or_404(rows, pk=sequence_id)
