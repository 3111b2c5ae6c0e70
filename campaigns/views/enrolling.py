"""Contacts into sequences and out of them: by hand, one or many."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import scope
from campaigns.models import Enrollment, Sequence
from campaigns.selectors.builder import names_of
from campaigns.selectors.sequences import runs_of
from campaigns.services.enrolling import enroll_selected
from campaigns.services.enrollments import stop_enrollments
from campaigns.steps.sentences import sentence_of
from contacts.models import Contact
from contacts.views.bulk import selection_of
from leadhub.errors import DomainError


@login_required
@require_GET
def contact_sequences(request: HttpRequest, contact_id: int) -> HttpResponse:
    """The panel of the contact page: runs, what comes next, why they ended."""
    contact = get_object_or_404(scope(request.user, Contact, "read"), pk=contact_id)
    runs = runs_of(contact)
    names = names_of([run.step for run in runs if run.step and run.is_active])
    context = {
        "contact": contact,
        "lines": [
            {
                "run": run,
                "next": sentence_of(run.step, names)
                if run.step and run.is_active
                else "",
            }
            for run in runs
        ],
        "sequences": _open_ones(request) if request.user.may_write else [],
        "may_write": request.user.may_write,
    }
    return render(request, "campaigns/_contact_sequences.html", context)


@login_required
@require_POST
def enroll_one(request: HttpRequest, contact_id: int) -> HttpResponse:
    contact = get_object_or_404(scope(request.user, Contact, "read"), pk=contact_id)
    _enroll(request, [contact.pk])
    return redirect("contacts:detail", contact.pk)


@login_required
@require_POST
def enrollment_stop(request: HttpRequest, enrollment_id: int) -> HttpResponse:
    """Take a contact out by hand; mails that were planned are cancelled."""
    runs = scope(request.user, Enrollment, "read").select_related("contact", "sequence")
    run = get_object_or_404(runs, pk=enrollment_id)
    if not scope(request.user, Enrollment, "stop").filter(pk=run.pk).exists():
        raise PermissionDenied
    stop_enrollments(
        contact_ids=[run.contact_id],
        sequence=run.sequence,
        end=Enrollment.End.BY_HAND,
        at=timezone.now(),
        note=request.user.username,
    )
    words = {"contact": run.contact, "sequence": run.sequence}
    messages.success(request, _("%(contact)s was taken out of %(sequence)s.") % words)
    if request.POST.get("back") == "sequence":
        return redirect("campaigns:sequence_people", run.sequence_id)
    return redirect("contacts:detail", run.contact_id)


@login_required
@require_POST
def enroll_selected_page(request: HttpRequest) -> HttpResponse:
    """For the contacts ticked in the list, or all that match: asks for the sequence."""
    if not request.user.may_write:
        raise PermissionDenied
    listing, ids = selection_of(request)
    if "sequence" in request.POST:
        _enroll(request, ids)
        return redirect(listing.url())
    context = {
        "listing": listing,
        "post": request.POST,
        "ticked": request.POST.getlist("contact")[:1000],
        "count": len(ids),
        "sequences": _open_ones(request),
    }
    return render(request, "campaigns/enroll_selected.html", context)


def _enroll(request: HttpRequest, ids: list[int]) -> None:
    if not request.user.may_write:
        raise PermissionDenied
    given = request.POST.get("sequence", "")
    is_number = given.isascii() and given.isdigit() and len(given) < 19
    rows = scope(request.user, Sequence, "read").filter(pk=given if is_number else None)
    sequence = rows.first()
    if sequence is None:
        messages.error(request, _("Choose a sequence."))
        return
    try:
        done = enroll_selected(
            sequence=sequence, contact_ids=ids, by=request.user, at=timezone.now()
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return
    said = ngettext(
        "%(count)s contact was added to %(sequence)s.",
        "%(count)s contacts were added to %(sequence)s.",
        done.new,
    ) % {"count": _grouped(done.new), "sequence": sequence}
    if done.known:
        more = _("%(count)s are or were in it already.")
        said = f"{said} {more % {'count': _grouped(done.known)}}"
    messages.success(request, said)


def _open_ones(request: HttpRequest) -> list[Sequence]:
    rows = scope(request.user, Sequence, "read").active()
    return list(rows.order_by("name", "pk")[:500])


def _grouped(count: int) -> str:
    return number_format(count, force_grouping=True)
