"""Telling the one who set a webhook up that it is told nothing any more."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.languages import language_of
from accounts.models.notification import Notification
from accounts.models.user import User
from accounts.models.webhook import WebhookEndpoint
from accounts.services.notifications import notify


def tell_owner(*, endpoint: WebhookEndpoint, at: datetime) -> None:
    """Put it into the inbox of who set it up; of all administrators if that one left."""
    owner = endpoint.created_by
    is_here = owner is not None and owner.is_active
    for recipient in [owner] if is_here else User.objects.administrators():
        with translation.override(language_of(recipient)):
            why = WebhookEndpoint.Stop(endpoint.stopped_because).label
            notify(
                recipient=recipient,
                kind=Notification.Kind.SYSTEM,
                key=f"webhook:{endpoint.pk}:{at.isoformat()}",
                subject_id=endpoint.pk,
                title=_("The webhook “%(name)s” has stopped") % {"name": endpoint.name},
                detail=f"{why}.",
                url=reverse("accounts:webhook", args=[endpoint.pk]),
                at=at,
            )
