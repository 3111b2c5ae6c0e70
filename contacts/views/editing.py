"""One contact: its page, its forms, a cell of it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from accounts.permissions import scope
from contacts.forms import CELLS, CellForm, ContactForm
from contacts.models.contact import Contact
from contacts.models.custom_field import CustomField
from contacts.models.merge import Merge
from contacts.phones import readable_phone
from contacts.selectors import (
    custom_values,
    readable_history,
    readable_proposals,
)
from contacts.services.contacts import create_contact, delete_contacts, update_contact
from contacts.sources import readable_sources
from contacts.templatetags.contact_cells import editable_cell
from leadhub.errors import DomainError
from leadhub.web import wants_partial

HISTORY = 20


@login_required
@require_GET
def detail(request: HttpRequest, contact_id: int) -> HttpResponse:
    rows = scope(request.user, Contact, "read").select_related("company", "owner")
    contact = rows.prefetch_related("tags").filter(pk=contact_id).first()
    if contact is None:
        return _survivor_of(request, contact_id)
    history = readable_history(contact, size=HISTORY)
    proposals = readable_proposals(contact)
    named = {change["source"] for change in history} | {contact.source}
    named |= {line["proposal"].source for line in proposals}
    sources = readable_sources(named, by=request.user)
    for change in history:
        change["source"] = sources[change["source"]]
    for line in proposals:
        line["source"] = sources[line["proposal"].source]
    context = {
        "contact": contact,
        "tags": sorted(tag.name for tag in contact.tags.all()),
        "phone": readable_phone(contact.phone) if contact.phone else "",
        "custom": [pair for pair in custom_values(contact) if pair[1] is not None],
        "identifiers": contact.identifiers.order_by("field"),
        "history": history,
        "proposals": proposals,
        "source": sources[contact.source],
        "may_edit": _may(request, contact, "update"),
    }
    return render(request, "contacts/detail.html", context)


def _survivor_of(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Old links to who was merged lead to who goes on; 404 if nobody does."""
    merges = scope(request.user, Merge, "read").of(contact_id)
    gone = get_object_or_404(merges).gone
    messages.info(request, _("%(name)s was merged into this contact.") % {"name": gone})
    return redirect("contacts:detail", gone.merged_into_id)


@login_required
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def create(request: HttpRequest) -> HttpResponse:
    if not request.user.may_write:
        raise PermissionDenied
    form = ContactForm(request.POST or None, custom_fields=_fields(request))
    if request.method == "POST" and form.is_valid():
        try:
            contact = create_contact(
                data=form.data_for_verb(),
                by=request.user,
                at=timezone.now(),
                source="browser",
            )
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("%(name)s was added.") % {"name": contact})
            return _done(request, reverse("contacts:detail", args=[contact.pk]))
    return _form_page(request, form, action=reverse("contacts:create"))


@login_required
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def edit(request: HttpRequest, contact_id: int) -> HttpResponse:
    contact = _to_change(request, contact_id, "update")
    form = ContactForm(
        request.POST or None, contact=contact, custom_fields=_fields(request)
    )
    if request.method == "POST" and form.is_valid():
        try:
            update_contact(
                contact=contact,
                data=form.data_for_verb(),
                by=request.user,
                at=timezone.now(),
                source="browser",
            )
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Saved."))
            return _done(request, reverse("contacts:detail", args=[contact.pk]))
    action = reverse("contacts:edit", args=[contact.pk])
    return _form_page(request, form, action=action, contact=contact)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, contact_id: int) -> HttpResponse:
    contact = _to_change(request, contact_id, "delete")
    if request.method == "POST":
        name = str(contact)
        delete_contacts(contact_ids=[contact.pk], by=request.user)
        messages.success(request, _("%(name)s was deleted.") % {"name": name})
        return redirect("contacts:list")
    return render(request, "contacts/delete.html", {"contact": contact})


@login_required
@require_http_methods(["GET", "POST"])
def cell(request: HttpRequest, contact_id: int, field: str) -> HttpResponse:
    """A cell of the list: shown (``?show``), as a form, or saved.

    What a colleague has changed since the cell was opened is shown before it is
    overwritten.
    """
    if field not in CELLS:
        raise Http404
    if "show" in request.GET:
        rows = scope(request.user, Contact, "read").select_related("owner")
        contact = get_object_or_404(rows, pk=contact_id)
        return _shown(contact, field)
    contact = _to_change(request, contact_id, "update")
    form = CellForm(request.POST or None, contact=contact, field=field)
    now = form.current()
    if request.method == "GET":
        form.initial = {"value": now, "before": now}
        return _form(request, contact, form)
    conflict = ""
    if form.is_valid() and form.cleaned_data["before"].strip() != now.strip():
        conflict = _readable(form, now)
    elif form.is_valid():
        try:
            contact = update_contact(
                contact=contact,
                data=form.data_for_verb(),
                by=request.user,
                at=timezone.now(),
                source="browser",
            )
        except DomainError as refusal:
            form.add_error("value", str(refusal))
        else:
            return _shown(contact, field)
    form.data = {**form.data.dict(), "before": now}
    return _form(request, contact, form, conflict=conflict, status=422)


def _shown(contact: Contact, field: str) -> HttpResponse:
    cell = editable_cell(contact, field, label=str(CELLS[field]), may_write=True)
    return HttpResponse(cell)


def _form(
    request: HttpRequest,
    contact: Contact,
    form: CellForm,
    *,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "contact": contact,
        "field": form.field,
        "form": form,
        "conflict": conflict,
    }
    return render(request, "contacts/_cell_form.html", context, status=status)


def _readable(form: CellForm, value: str) -> str:
    if form.field == "owner":
        choices = dict(form.fields["value"].choices)
        return str(choices.get(value, value))
    return value or _("nothing")


def _form_page(
    request: HttpRequest,
    form: ContactForm,
    *,
    action: str,
    contact: Contact | None = None,
) -> HttpResponse:
    partial = wants_partial(request)
    context = {"form": form, "contact": contact, "action": action, "partial": partial}
    template = "contacts/_form.html" if partial else "contacts/edit.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _done(request: HttpRequest, url: str) -> HttpResponse:
    if not wants_partial(request):
        return redirect(url)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = url
    return response


def _fields(request: HttpRequest) -> list[CustomField]:
    return list(scope(request.user, CustomField, "read").order_by("label", "pk"))


def _may(request: HttpRequest, contact: Contact, action: str) -> bool:
    allowed = scope(request.user, Contact, action)
    return request.user.may_write and allowed.filter(pk=contact.pk).exists()


def _to_change(request: HttpRequest, contact_id: int, action: str) -> Contact:
    """404 if it may not be seen, 403 if it may but not be changed."""
    rows = scope(request.user, Contact, "read").select_related("company", "owner")
    contact = get_object_or_404(rows, pk=contact_id)
    if not _may(request, contact, action):
        raise PermissionDenied
    return contact
