"""Every mail to a contact: planned, sent, kept, or of unknown end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import scope
from campaigns.mailing.copies import copy_of
from campaigns.models.message import Message
from campaigns.services.deciding import decide_unknown
from campaigns.services.messages import cancel_message
from campaigns.views.framing import harmless
from campaigns.wording import event_text, reason_text
from leadhub.errors import DomainError
from leadhub.keyset import BadCursor, page_of

PAGE_SIZE = 50
# tab -> states; in the order of the tabs.
TABS = {
    "": (),
    "waiting": (*Message.WAITING, Message.State.SENDING, Message.State.TRANSMITTING),
    "sent": (Message.State.SENT,),
    "unknown": (Message.State.UNKNOWN,),
    "failed": (Message.State.FAILED,),
    "stopped": (Message.State.CANCELLED, Message.State.EXPIRED),
}


@login_required
@require_GET
def mail_list(request: HttpRequest) -> HttpResponse:
    tab, kind = request.GET.get("tab", ""), request.GET.get("kind", "")
    to = request.GET.get("to", "").strip()
    if tab not in TABS or (kind and kind not in Message.Kind.values):
        raise Http404
    rows = scope(request.user, Message, "read")
    unknown = rows.filter(state=Message.State.UNKNOWN)
    if TABS[tab]:
        rows = rows.filter(state__in=TABS[tab])
    if kind:
        rows = rows.filter(kind=kind)
    if to:
        rows = rows.filter(contact__email_key=to.casefold().replace("\0", ""))
    try:
        page = page_of(
            rows.select_related("contact").defer("draft", "context"),
            ordering=("-planned_at", "-id"),
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except BadCursor as error:
        raise Http404 from error
    for message in page.rows:
        is_sent = message.state == Message.State.SENT and not message.reason
        why = "" if is_sent else reason_text(message.reason, message.detail)
        message.why = why
    context = {
        "page": page,
        "tab": tab,
        "kind": kind,
        "to": to,
        "kinds": Message.Kind.choices,
        "unknown_count": unknown[:100].count(),
        "states": _tabs(tab, kind=kind, to=to),
        "may_decide": request.user.runs_marketing,
    }
    return render(request, "campaigns/mails.html", context)


@login_required
@require_GET
def mail_detail(request: HttpRequest, message_id: int) -> HttpResponse:
    message = _readable(request, message_id)
    mine = scope(request.user, Message, "cancel").filter(pk=message.pk).exists()
    events = message.events.select_related("by").order_by("at", "pk")
    context = {
        "message": message,
        "why": reason_text(message.reason, message.detail),
        "copy": copy_of(message),
        "events": [
            {
                "event": event,
                "name": event_text(event.name),
                "why": reason_text(event.code, event.detail),
            }
            for event in events
        ],
        "may_cancel": mine and message.is_stoppable,
        "may_decide": mine and message.state == Message.State.UNKNOWN,
    }
    return render(request, "campaigns/mail.html", context)


@login_required
@require_GET
@harmless
def mail_html(request: HttpRequest, message_id: int) -> HttpResponse:
    copy = copy_of(_readable(request, message_id))
    if copy is None:
        raise Http404
    return HttpResponse(copy.html)


@login_required
@require_POST
def mail_cancel(request: HttpRequest, message_id: int) -> HttpResponse:
    message = get_object_or_404(scope(request.user, Message, "cancel"), pk=message_id)
    try:
        cancel_message(message=message, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The mail will not be sent."))
    return redirect("campaigns:mail", message_id)


@login_required
@require_POST
def mail_decide(request: HttpRequest, message_id: int) -> HttpResponse:
    message = get_object_or_404(scope(request.user, Message, "decide"), pk=message_id)
    arrived = request.POST.get("arrived") == "yes"
    try:
        decide_unknown(
            message=message, arrived=arrived, by=request.user, at=timezone.now()
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("Kept as sent.") if arrived else _("It will be sent once more.")
        messages.success(request, done)
    return redirect("campaigns:mail", message_id)


def _readable(request: HttpRequest, message_id: int) -> Message:
    rows = scope(request.user, Message, "read")
    return get_object_or_404(
        rows.select_related("contact", "template", "measure", "by"), pk=message_id
    )


def _tabs(tab: str, **filters: str) -> list[dict[str, Any]]:
    labels = {
        "": _("All"),
        "waiting": _("Waiting"),
        "sent": _("Sent"),
        "unknown": _("Unknown"),
        "failed": _("Failed"),
        "stopped": _("Not sent"),
    }
    kept = {name: value for name, value in filters.items() if value}
    return [
        {
            "label": label,
            "url": "?" + urlencode({"tab": name, **kept}),
            "is_here": name == tab,
        }
        for name, label in labels.items()
    ]
