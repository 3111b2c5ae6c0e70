"""What the forms of working with a contact share: a page, or the dialog of a page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django_htmx.http import trigger_client_event

from accounts.permissions import scope
from contacts.models import Contact
from leadhub.web import wants_partial


def contact_to_work_with(request: HttpRequest, contact_id: int) -> Contact:
    """One that the user may read, if they may write at all; whose it is does not matter."""
    contact = get_object_or_404(scope(request.user, Contact, "read"), pk=contact_id)
    if not request.user.may_write:
        raise PermissionDenied
    return contact


def work_form(
    request: HttpRequest,
    contact: Contact,
    *,
    form: Form,
    title: str,
    what: str,
    **more: Any,
) -> HttpResponse:
    """The form, in the dialog that asked for it or on a page of its own."""
    context = {"contact": contact, "form": form, "title": title, "what": what, **more}
    partial = wants_partial(request)
    template = "sales/_work.html" if partial else "sales/work.html"
    return render(request, template, context, status=422 if form.errors else 200)


def done(
    request: HttpRequest, contact: Contact, *, said: str, **events: dict[str, Any]
) -> HttpResponse:
    """The answer when it has been done: the page shows what it can of it by itself.

    ``events`` are more of what pages listen to, by name.
    """
    if not wants_partial(request):
        messages.success(request, said)
        return redirect("contacts:detail", contact.pk)
    response = HttpResponse(status=204)
    # The toast first: what asked for it may go away.
    trigger_client_event(response, "toast", {"text": said, "level": "success"})
    for name, detail in events.items():
        trigger_client_event(response, name.replace("_", ":"), detail)
    trigger_client_event(response, "work:done", {"contact": contact.pk})
    return trigger_client_event(response, "contact:changed", {})
