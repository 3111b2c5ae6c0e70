"""Logging a call, a meeting or a note, wherever a contact is at hand."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import scope
from contacts.gate import Channel, Purpose, Reason, Touch, reasons_against
from contacts.models import Contact
from leadhub.errors import DomainError
from sales.services.talks import NOT_ASKED, log_talk
from sales.talk_forms import WHATS, TalkForm
from sales.views.working import contact_to_work_with, done, work_form


@login_required
@require_http_methods(["GET", "POST"])
def log(request: HttpRequest, contact_id: int) -> HttpResponse:
    """``?what=call``, ``meeting`` or ``note``."""
    contact = contact_to_work_with(request, contact_id)
    what = request.GET.get("what", "note")
    if what not in WHATS:
        raise Http404
    form = TalkForm(request.POST if request.method == "POST" else None, what=what)
    if request.method == "POST" and form.is_valid():
        try:
            log_talk(
                contact=contact, by=request.user, at=timezone.now(), **form.cleaned_data
            )
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            said = _("Logged with %(name)s.") % {"name": contact}
            return done(request, contact, said=said)
    titles = {"note": _("Note on %s"), "call": _("Call with %s")}
    title = titles.get(what, _("Meeting with %s")) % contact
    against = _against_calling(request, contact) if what == "call" else []
    people = scope(request.user, User, "read").active().order_by("username")
    return work_form(
        request,
        contact,
        form=form,
        title=title,
        what=what,
        against=against,
        warning=_("Please do not call:"),
        colleagues=[{"key": one.username, "name": str(one)} for one in people[:200]],
    )


def _against_calling(request: HttpRequest, contact: Contact) -> list[Reason]:
    """What speaks against calling, said before one does."""
    now = timezone.now()
    touch = Touch(contact, Channel.PHONE, Purpose.PERSONAL, at=now, by=request.user)
    return reasons_against(touch, without=NOT_ASKED)
