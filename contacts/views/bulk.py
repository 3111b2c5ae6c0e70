"""Changes to the contacts that are selected in the list."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.permissions import scope
from contacts.forms import words_of
from contacts.jobs import start_bulk_change
from contacts.lists import ContactList
from contacts.models.contact import Contact
from contacts.services.bulk import BulkSummary, bulk_delete_contacts, change_contacts
from leadhub.errors import DomainError, InvalidValue

# Above that a person would wait too long: a job does it.
AT_ONCE = 2000


@login_required
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Change or delete the ticked contacts, or all that match the list's filters."""
    listing, ids = selection_of(request)
    wanted = request.POST.get("action", "")
    try:
        data = _data(wanted, request.POST)
        if wanted == "delete" and request.POST.get("sure") != "yes":
            context = {"post": request.POST, "count": len(ids), "listing": listing}
            return render(request, "contacts/bulk_delete.html", context)
        if len(ids) > AT_ONCE:
            start_bulk_change(
                contact_ids=ids, data=data, by=request.user, at=timezone.now()
            )
            sentence = _("%(count)s contacts are being changed in the background.")
            messages.info(request, sentence % {"count": _grouped(len(ids))})
        else:
            messages.success(request, told(_change(request, ids, data)))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(listing.url())


def selection_of(request: HttpRequest) -> tuple[ContactList, list[int]]:
    """The list that the bulk bar was sent from, and the contacts that are selected."""
    listing = ContactList(request, QueryDict(request.POST.get("query", "")))
    return listing, _selected(request, listing)


def _selected(request: HttpRequest, listing: ContactList) -> list[int]:
    if request.POST.get("scope") == "all":
        return list(listing.rows().values_list("pk", flat=True))
    given = request.POST.getlist("contact")[:1000]
    numbers = [int(text) for text in given if text.isdigit() and len(text) < 19]
    seen = scope(request.user, Contact, "read").filter(pk__in=numbers)
    return list(seen.values_list("pk", flat=True))


def _data(wanted: str, post: QueryDict) -> dict[str, Any] | None:
    """What the verb is to write; None: delete. Raises ``InvalidValue``."""
    if wanted == "owner":
        value = post.get("owner", "")
        return {"owner": int(value) if value.isdigit() and len(value) < 19 else None}
    if wanted in ("add_tags", "remove_tags"):
        words = words_of(post.get("tag", ""))
        if not words:
            raise InvalidValue(_("Name a tag."), attr="tag")
        return {wanted: words}
    if wanted == "delete":
        return None
    raise InvalidValue(_("Choose what is to be changed."), attr="action")


def _change(
    request: HttpRequest, ids: list[int], data: dict[str, Any] | None
) -> BulkSummary:
    if data is None:
        return bulk_delete_contacts(contact_ids=ids, by=request.user)
    return change_contacts(
        contact_ids=ids,
        data=data,
        by=request.user,
        at=timezone.now(),
        source="browser",
    )


def told(summary: BulkSummary) -> str:
    """``Changed 24, skipped 1: Ada Byron (not yours to change)``."""
    sentence = ngettext(
        "Changed %(count)s contact.", "Changed %(count)s contacts.", summary.changed
    ) % {"count": _grouped(summary.changed)}
    if summary.unchanged:
        more = _("%(count)s were so already.") % {"count": _grouped(summary.unchanged)}
        sentence = f"{sentence} {more}"
    if summary.skipped:
        named = "; ".join(f"{name} ({why})" for name, why in summary.skipped[:5])
        left = len(summary.skipped) - 5
        if left > 0:
            named += _("; and %(count)s more") % {"count": _grouped(left)}
        more = _("Skipped %(count)s: %(named)s.") % {
            "count": _grouped(len(summary.skipped)),
            "named": named,
        }
        sentence = f"{sentence} {more}"
    return sentence


def _grouped(count: int) -> str:
    return number_format(count, force_grouping=True)
