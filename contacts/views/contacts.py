"""The contact list."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.permissions import scope
from contacts.columns import columns, rows_with_cells
from contacts.forms import owners
from contacts.lists import ContactList
from contacts.models.contact import Contact
from contacts.models.segment import SavedView, Segment
from contacts.selectors import tags_in_use
from contacts.services.saved_views import lasting
from leadhub.errors import InvalidValue
from leadhub.web import wants_partial


@login_required
@require_GET
@vary_on_headers("HX-Request")
def contact_list(request: HttpRequest) -> HttpResponse:
    listing = ContactList(request)
    error = ""
    try:
        page = listing.page()
    except InvalidValue as refusal:
        page, error = None, str(refusal)
    context: dict[str, Any] = {
        "listing": listing,
        "page": page,
        "rows": rows_with_cells(page.rows, at=timezone.now()) if page else [],
        "columns": columns(),
        "headers": listing.headers(),
        "chips": listing.chips(),
        "error": error,
        "may_write": request.user.may_write,
    }
    if wants_partial(request):
        return render(request, "contacts/_table.html", context)
    user = request.user
    views = scope(user, SavedView, "read").select_related("owner")
    views = views.order_by("name", "pk")
    context |= {
        "saved_views": views,
        "view_name": next(
            (view.name for view in views if view.query == lasting(request.GET)), ""
        ),
        "is_empty": not context["rows"] and not scope(user, Contact, "read").exists(),
    }
    return render(request, "contacts/list.html", context)


@login_required
@require_GET
@vary_on_headers("HX-Request")
def contact_filters(request: HttpRequest) -> HttpResponse:
    """What the list can be filtered by: the menu of its button; without script a page."""
    listing = ContactList(request)
    query = request.GET
    of_columns = [
        (column, column.choices(), query.get(column.name, ""))
        for column in columns()
        if column.choices
    ]
    asked_for = {
        "owner",
        "segment",
        "tag",
        *(c.name for c, _choices, _is in of_columns),
    }
    asked_for |= {"score_min", "score_max", "sales_ready", "company", "updated_since"}
    tags = listing.tags()
    context = {
        "listing": listing,
        "kept": listing.without(*asked_for) + [("tag", tag) for tag in tags[:-1]],
        "tag": tags[-1] if tags else "",
        "of_columns": of_columns,
        "segments": scope(request.user, Segment, "read").order_by("name", "pk"),
        "owners": owners(),
        "tags": tags_in_use(),
    }
    is_part = wants_partial(request)
    name = "contacts/_filter_form.html" if is_part else "contacts/filters.html"
    return render(request, name, context)


@login_required
@require_GET
def bulk_bar(request: HttpRequest) -> HttpResponse:
    """What can be done with the contacts that are selected in the list."""
    if not request.user.may_write:
        raise PermissionDenied
    context = {
        "listing": ContactList(request),
        "owners": owners(),
        "tags": tags_in_use(),
    }
    return render(request, "contacts/_bulk_bar.html", context)


@login_required
@require_GET
def contact_count(request: HttpRequest) -> HttpResponse:
    """How many match: up to a thousand, or exactly if asked."""
    listing = ContactList(request)
    count, is_all = listing.count(exactly=request.GET.get("count") == "exact")
    context = {"listing": listing, "count": count, "is_all": is_all}
    return render(request, "contacts/_count.html", context)
