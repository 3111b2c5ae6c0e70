"""What contacts ask of us about their own data."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.languages import language_of
from accounts.models import Notification, User
from accounts.services.notifications import finish_notifications, notify
from contacts.models.contact import Contact
from contacts.models.data_request import DataRequest

TO_ANSWER = timedelta(days=30)


@transaction.atomic
def ask_for_data(
    *, contact: Contact, kind: DataRequest.Kind, source: str, at: datetime
) -> DataRequest:
    """Keep that the contact wants a copy of their data, or erasure, and tell who can.

    Asking again while that is open gets the first request.
    """
    request, is_new = DataRequest.objects.get_or_create(
        contact=contact,
        kind=kind,
        done_at=None,
        defaults={"at": at, "due_at": at + TO_ANSWER, "source": source[:80]},
    )
    if is_new:
        for administrator in User.objects.administrators().order_by("pk"):
            _tell(administrator, request)
    return request


@transaction.atomic
def finish_data_request(*, request_pk: int, by: User, at: datetime) -> DataRequest:
    """Note that the request was answered. The first time counts."""
    rows = DataRequest.objects.filter(pk=request_pk)
    rows.filter(done_at=None).update(done_at=at, done_by=by)
    found = rows.get()
    finish_notifications(
        kind=Notification.Kind.DATA_REQUEST, subject_id=found.pk, at=at
    )
    return found


def _tell(administrator: User, request: DataRequest) -> None:
    with translation.override(language_of(administrator)):
        sentences = {
            DataRequest.Kind.EXPORT: _("%(name)s wants a copy of their data"),
            DataRequest.Kind.ERASE: _("%(name)s wants to be erased"),
        }
        title = sentences[DataRequest.Kind(request.kind)] % {"name": request.contact}
        notify(
            recipient=administrator,
            kind=Notification.Kind.DATA_REQUEST,
            key=f"data_request:{request.pk}",
            subject_id=request.pk,
            title=title,
            detail=_("Asked for in the preference center. Answer within a month."),
            url=reverse("contacts:detail", args=[request.contact_id]),
            contact_id=request.contact_id,
            due_at=request.due_at,
            at=request.at,
        )
