"""Pages of segments, and the live count of conditions."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts.permissions import scope
from contacts.conditions.catalog import editor_words
from contacts.conditions.evaluation import contacts_matching
from contacts.conditions.sentences import describe_each
from contacts.conditions.validation import validate
from contacts.models.contact import Contact
from contacts.models.segment import Segment
from contacts.segment_forms import SegmentForm, read_condition
from contacts.services.segments import (
    create_segment,
    delete_segment,
    update_segment,
)
from leadhub.errors import DomainError, InvalidValue

# Nobody needs to know which large number; up to here it is exact.
COUNT_UP_TO = 1_000


@login_required
@require_GET
def segment_list(request: HttpRequest) -> HttpResponse:
    segments = list(scope(request.user, Segment, "read").order_by("name", "pk"))
    sentences = describe_each(segment.condition for segment in segments)
    context = {
        "rows": list(zip(segments, sentences, strict=True)),
        "may_write": request.user.runs_marketing,
    }
    return render(request, "contacts/segment_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def segment_create(request: HttpRequest) -> HttpResponse:
    if not request.user.runs_marketing:
        raise PermissionDenied
    return _editor(request, None)


@login_required
@require_http_methods(["GET", "POST"])
def segment_edit(request: HttpRequest, segment_id: int) -> HttpResponse:
    return _editor(request, _to_change(request, segment_id))


@login_required
@require_POST
def segment_delete(request: HttpRequest, segment_id: int) -> HttpResponse:
    segment = _to_change(request, segment_id)
    try:
        delete_segment(segment=segment, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("contacts:edit_segment", segment_id)
    messages.success(request, _("%(name)s was deleted.") % {"name": segment})
    return redirect("contacts:segments")


@login_required
@require_POST
def condition_count(request: HttpRequest) -> HttpResponse:
    """How many contacts a condition holds for, as a sentence, while it is written."""
    try:
        condition = read_condition(request.POST.get("condition", ""))
        validate(condition)
    except ValidationError as error:
        return _count(request, status=422, error=error.messages[0])
    except InvalidValue as refusal:
        return _count(request, status=422, error=str(refusal))
    contacts = scope(request.user, Contact, "read")
    found = contacts_matching(contacts, condition, at=timezone.now())
    return _count(request, count=found[: COUNT_UP_TO + 1].count())


def _count(
    request: HttpRequest, *, status: int = 200, **context: object
) -> HttpResponse:
    context["limit"] = COUNT_UP_TO
    return render(request, "contacts/_condition_count.html", context, status=status)


def _editor(request: HttpRequest, segment: Segment | None) -> HttpResponse:
    form = SegmentForm(request.POST or None, segment=segment)
    if request.method == "POST" and form.is_valid():
        data, by, now = form.cleaned_data, request.user, timezone.now()
        try:
            if segment is None:
                create_segment(data=data, by=by, at=now)
            else:
                update_segment(segment=segment, data=data, by=by, at=now)
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Segment saved."))
            return redirect("contacts:segments")
    context = {"form": form, "segment": segment, **editor_words(request.user)}
    status = 422 if form.errors else 200
    return render(request, "contacts/segment_edit.html", context, status=status)


def _to_change(request: HttpRequest, segment_id: int) -> Segment:
    segment = get_object_or_404(scope(request.user, Segment, "read"), pk=segment_id)
    if not scope(request.user, Segment, "update").filter(pk=segment_id).exists():
        raise PermissionDenied
    return segment
