"""Lines of the inbox that go to a colleague."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.permissions import scope
from accounts.services.assigning import assign_line, take_line_back
from accounts.views.inbox_answers import colleague, line_of, moved, refused
from leadhub.errors import DomainError
from leadhub.web import wants_partial

MOST = 200


@login_required
@require_GET
def colleagues(request: HttpRequest) -> HttpResponse:
    """Buttons with the names of those who may work with contacts, for a menu."""
    people = scope(request.user, User, "read").active().exclude(pk=request.user.pk)
    people = people.exclude(role=User.Role.READ_ONLY, is_superuser=False)
    people = people.order_by("first_name", "last_name", "username")
    return render(request, "accounts/_colleagues.html", {"people": people[:MOST]})


@login_required
@require_POST
def assign(request: HttpRequest, notification_id: int) -> HttpResponse:
    line, to = line_of(request, notification_id), colleague(request)
    if to is None:
        return refused(request, _("Choose one of your colleagues."))
    try:
        line = assign_line(notification=line, to=to, by=request.user, at=timezone.now())
    except DomainError as refusal:
        return refused(request, str(refusal))
    said = _("With %(name)s now: %(title)s") % {"name": to, "title": line.title}
    return moved(request, line, said=said, undo_by="take_back")


@login_required
@require_POST
def take_back(request: HttpRequest, notification_id: int) -> HttpResponse:
    line = line_of(request, notification_id)
    try:
        line = take_line_back(notification=line, at=timezone.now())
    except DomainError as refusal:
        return refused(request, str(refusal))
    if wants_partial(request):
        return moved(request, line, said=_("Back in the inbox"), takes_back=False)
    return redirect("accounts:inbox_item", line.pk)
