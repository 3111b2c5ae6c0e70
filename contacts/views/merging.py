"""Merging contacts: who looks alike, two side by side, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import scope
from contacts.comparing import compare, counted
from contacts.duplicates import Pair, likely_pairs, pairs_of
from contacts.models.contact import Contact
from contacts.models.merge import Merge
from contacts.services.distinct import doubt_again, keep_apart
from contacts.services.merging import merge_contacts, undo_merge
from leadhub.errors import DomainError

PAGE_SIZE = 25
FOUND = 20
PREFIX = "value."


@login_required
@require_GET
def duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs that look alike, the surest first."""
    page = Paginator(likely_pairs(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": _shown(request, page.object_list)}
    return render(request, "contacts/duplicates.html", context)


@login_required
@require_GET
def twins(request: HttpRequest, contact_id: int) -> HttpResponse:
    """The hint on the contact page: who looks alike, and what was merged into it."""
    contact = get_object_or_404(scope(request.user, Contact, "read"), pk=contact_id)
    merges = scope(request.user, Merge, "read").standing().filter(kept=contact)
    merges = merges.select_related("gone", "by").defer("parts").order_by("-at", "-pk")
    context = {
        "contact": contact,
        "merges": [
            {"merge": m, "moves": counted({k: len(v) for k, v in m.moved.items()})}
            for m in merges[:FOUND]
        ],
        "lines": _shown(request, pairs_of(contact)),
        "may_edit": _may(request, contact),
    }
    return render(request, "contacts/_twins.html", context)


@login_required
@require_GET
def merge_with(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Look for the other one."""
    contact = _to_change(request, contact_id)
    words = request.GET.get("q", "").strip()[:300].replace("\0", "")
    rows = scope(request.user, Contact, "update").exclude(pk=contact.pk)
    found = rows.search(words).select_related("company") if words else rows.none()
    context = {
        "contact": contact,
        "words": words,
        "found": found.order_by("name_key", "pk")[:FOUND],
        "lines": _shown(request, pairs_of(contact)),
    }
    return render(request, "contacts/merge_with.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, contact_id: int, other_id: int) -> HttpResponse:
    """Two side by side; a POST merges the other into the first."""
    kept = _to_change(request, contact_id)
    gone = _to_change(request, other_id)
    given = request.POST if request.method == "POST" else request.GET
    values = {
        name.removeprefix(PREFIX): side
        for name, side in given.items()
        if name.startswith(PREFIX)
    }
    try:
        if request.method == "POST":
            row = merge_contacts(
                keep=kept,
                merge=gone,
                values=values,
                by=request.user,
                at=timezone.now(),
                source="browser",
            )
            said = _("%(name)s was merged into this contact.") % {"name": gone}
            undo = reverse("contacts:undo_merge", args=[row.pk])
            messages.success(request, said, extra_tags=f"undo={undo}")
            return redirect("contacts:detail", kept.pk)
        both = compare(kept, gone, values, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("contacts:detail", kept.pk)
    return render(request, "contacts/merge.html", {"both": both, "prefix": PREFIX})


@login_required
@require_POST
def undo(request: HttpRequest, merge_id: int) -> HttpResponse:
    rows = scope(request.user, Merge, "read")
    row = get_object_or_404(rows.select_related("kept", "gone"), pk=merge_id)
    if row.kept.merged_into_id is None and not _may(request, row.kept):
        raise PermissionDenied
    try:
        row = undo_merge(merge=row, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("contacts:detail", row.kept_id)
    said = _("%(name)s is a contact of its own again.") % {"name": row.gone}
    if row.left:
        names = ", ".join(row.left)
        more = _("Changed since and left as it is: %(names)s.") % {"names": names}
        said = f"{said} {more}"
    messages.success(request, said)
    return redirect("contacts:detail", row.kept_id)


@login_required
@require_POST
def apart(request: HttpRequest, contact_id: int, other_id: int) -> HttpResponse:
    """These two are not one person; with ``again`` they may be."""
    one, other = _to_change(request, contact_id), _to_change(request, other_id)
    here = reverse("contacts:apart", args=[one.pk, other.pk])
    if "again" in request.GET:
        doubt_again(one=one, other=other)
        messages.success(request, _("They stand among the duplicates again."))
        return redirect("contacts:duplicates")
    if one == other:
        raise PermissionDenied
    keep_apart(one=one, other=other, by=request.user, at=timezone.now())
    said = _("%(one)s and %(other)s are two people. They are not proposed any more.")
    messages.success(
        request,
        said % {"one": one, "other": other},
        extra_tags=f"undo={here}?again=1",
    )
    if request.POST.get("stay") == "contact":
        return redirect("contacts:detail", one.pk)
    return redirect("contacts:duplicates")


def _shown(request: HttpRequest, pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """Both contacts of each, and whether this user may merge them; two queries."""
    numbers = {number for pair in pairs for number in (pair.first, pair.second)}
    rows = scope(request.user, Contact, "read").select_related("company", "owner")
    people = rows.in_bulk(numbers)
    writable = scope(request.user, Contact, "update").filter(pk__in=numbers)
    mine = set(writable.values_list("pk", flat=True)) if numbers else set()
    if not request.user.may_write:
        mine = set()
    return [
        {
            "pair": pair,
            "first": people[pair.first],
            "second": people[pair.second],
            "may_merge": {pair.first, pair.second} <= mine,
        }
        for pair in pairs
        if pair.first in people and pair.second in people
    ]


def _may(request: HttpRequest, contact: Contact) -> bool:
    rows = scope(request.user, Contact, "update")
    return request.user.may_write and rows.filter(pk=contact.pk).exists()


def _to_change(request: HttpRequest, contact_id: int) -> Contact:
    rows = scope(request.user, Contact, "read").select_related("company", "owner")
    contact = get_object_or_404(rows.prefetch_related("tags"), pk=contact_id)
    if not _may(request, contact):
        raise PermissionDenied
    return contact
