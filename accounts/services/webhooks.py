"""Webhooks: set up, changed, tried out, deleted; deliveries sent again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models.user import User
from accounts.models.webhook import (
    MOST_ENDPOINTS,
    SUBSCRIBABLE,
    EventType,
    WebhookDelivery,
    WebhookEndpoint,
)
from accounts.seals import seal
from accounts.services.webhook_events import News, listeners, tell_endpoint
from accounts.signing import new_secret
from accounts.tasks import deliver_webhooks
from leadhub.egress import check_url
from leadhub.errors import DomainError, InvalidValue
from leadhub.queue import enqueue

# Both secrets sign for so long, so that the other side can change over.
OVERLAP = timedelta(hours=24)


class BadName(InvalidValue):
    code = "required"
    attr = "name"


class NameTaken(InvalidValue):
    code = "name_taken"
    attr = "name"


class UnknownEvent(InvalidValue):
    code = "unknown_event"
    attr = "events"


class TooManyWebhooks(DomainError):
    code = "too_many_webhooks"


class WebhookStopped(DomainError):
    code = "webhook_stopped"


class StillWaiting(DomainError):
    code = "still_waiting"


def create_webhook(
    *,
    name: str,
    url: str,
    events: Collection[str],
    by: User | None,
    at: datetime,
    is_active: bool = True,
) -> tuple[WebhookEndpoint, str]:
    """Set one up; return it with its secret, which is not shown again.

    Without ``url`` nothing is sent: who asked for it reads the feed of events.

    Raises ``BadName``, ``NameTaken``, ``ForbiddenUrl``, ``UnknownEvent``,
    ``TooManyWebhooks``.
    """
    endpoint = WebhookEndpoint(
        name=_name(name), url=url.strip(), events=_events(events), created_by=by
    )
    if not is_active:
        endpoint.is_active = False
        endpoint.stopped_because = WebhookEndpoint.Stop.BY_HAND
    endpoint.created_at = at
    if endpoint.url:
        check_url(endpoint.url)  # asks the resolver: before the transaction
    secret = new_secret()
    endpoint.secret = seal(secret)
    with transaction.atomic():
        if WebhookEndpoint.objects.count() >= MOST_ENDPOINTS:
            sentence = _("There are %(most)s webhooks already; no more are possible.")
            raise TooManyWebhooks(sentence % {"most": MOST_ENDPOINTS})
        _save(endpoint)
    return endpoint, secret


def change_webhook(
    *, endpoint: WebhookEndpoint, values: dict[str, Any]
) -> WebhookEndpoint:
    """Change what ``values`` names of name, url, events and is_active.

    One that is switched on again gets what waits for it. Raises as ``create_webhook``.
    """
    clean = dict(values)
    if "name" in clean:
        clean["name"] = _name(clean["name"])
    if "events" in clean:
        clean["events"] = _events(clean["events"])
    if "url" in clean:
        clean["url"] = clean["url"].strip()
        if clean["url"] != endpoint.url:
            check_url(clean["url"])
    with transaction.atomic():
        rows = WebhookEndpoint.objects.select_for_update(no_key=True)
        row = rows.get(pk=endpoint.pk)
        if clean.get("is_active", row.is_active) != row.is_active:
            by_hand = WebhookEndpoint.Stop.BY_HAND
            clean["stopped_because"] = "" if clean["is_active"] else by_hand
            clean["failing_since"] = None
        for column, value in clean.items():
            setattr(row, column, value)
        _save(row, update_fields=[*clean] or ["name"])
        if row.is_active:
            enqueue(deliver_webhooks)
    return row


@transaction.atomic
def rotate_secret(
    *, endpoint: WebhookEndpoint, at: datetime
) -> tuple[WebhookEndpoint, str]:
    """Give it another secret and return it. For a day the former one signs too."""
    rows = WebhookEndpoint.objects.select_for_update(no_key=True)
    row = rows.get(pk=endpoint.pk)
    secret = new_secret()
    row.former_secret, row.former_until = row.secret, at + OVERLAP
    row.secret = seal(secret)
    row.save(update_fields=["secret", "former_secret", "former_until"])
    return row, secret


@transaction.atomic
def delete_webhook(*, endpoint: WebhookEndpoint) -> None:
    """Delete it with what waits for it. Steps that name it are passed by."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).delete()
    listeners.forget()


@transaction.atomic
def try_webhook(*, endpoint: WebhookEndpoint, at: datetime) -> None:
    """Tell it something that did not happen. Raises ``WebhookStopped``."""
    _check_is_live(endpoint)
    tell_endpoint(endpoint=endpoint, kind=EventType.TEST, news=[News()], at=at)


@transaction.atomic
def replay_delivery(*, delivery: WebhookDelivery, at: datetime) -> WebhookDelivery:
    """Send it once more, with all its tries: the same bytes under the same id.

    Raises ``WebhookStopped``, ``StillWaiting``.
    """
    rows = WebhookDelivery.objects.select_for_update(no_key=True, of=("self",))
    row = rows.select_related("endpoint", "event").get(pk=delivery.pk)
    _check_is_live(row.endpoint)
    if row.status == WebhookDelivery.Status.WAITING:
        raise StillWaiting(_("This delivery is still being tried."))
    row.status, row.attempts = WebhookDelivery.Status.WAITING, 0
    row.due_at, row.finished_at = at, None
    row.save(update_fields=["status", "attempts", "due_at", "finished_at"])
    enqueue(deliver_webhooks)
    return row


def _check_is_live(endpoint: WebhookEndpoint) -> None:
    if not endpoint.is_active:
        raise WebhookStopped(_("This webhook is switched off."))


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 80:
        raise BadName(_("Give the webhook a name of up to 80 letters."))
    return name


def _events(events: Collection[str]) -> list[str]:
    if unknown := set(events) - {kind for kind, _label in SUBSCRIBABLE}:
        sentence = _("There is no such event: %(names)s.")
        names = ", ".join(sorted(unknown))[:200]
        raise UnknownEvent(sentence % {"names": names})
    return sorted(set(events))


def _save(row: WebhookEndpoint, **options: Any) -> None:
    try:
        with transaction.atomic():
            row.save(**options)
    except IntegrityError:
        raise NameTaken(_("There is a webhook of this name already.")) from None
    listeners.forget()
