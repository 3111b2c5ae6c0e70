"""Who mails come from, and how many of them, when."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import scope
from campaigns.mail_forms import SenderForm
from campaigns.models.sender import Sender
from campaigns.services.senders import save_sender
from campaigns.services.uploads import store_upload
from leadhub.errors import DomainError


@login_required
@require_http_methods(["GET", "POST"])
def sender_edit(request: HttpRequest) -> HttpResponse:
    if not request.user.runs_marketing:
        raise PermissionDenied
    sender = scope(request.user, Sender, "read").current()
    form = SenderForm(request.POST or None, request.FILES or None, sender=sender)
    if request.method == "POST" and form.is_valid():
        try:
            _store(request, form)
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Saved. The next mail goes out like this."))
            return redirect("campaigns:sender")
    context = {
        "form": form,
        "sender": sender,
        "keeps_mails": settings.EMAIL_BACKEND.endswith(".filebased.EmailBackend"),
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/sender.html", context, status=status)


@transaction.atomic
def _store(request: HttpRequest, form: SenderForm) -> None:
    values, now = dict(form.cleaned_data), timezone.now()
    file = values.pop("logo_file")
    if file is not None:
        values["logo"] = store_upload(
            file=file, name=file.name, by=request.user, at=now, only_images=True
        )
    save_sender(by=request.user, at=now, **values)
