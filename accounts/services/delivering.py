"""Delivering what webhooks are to be told: at least once, under the same id.

Each endpoint has one slot, taken with a token for a minute, so a slow one only holds up
itself. The network is used between two transactions, in threads that know nothing of
the database; who is killed in between leaves the delivery as it was.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from uuid import UUID, uuid4

from django.db import models, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from accounts.models.webhook import WebhookDelivery, WebhookEndpoint
from accounts.seals import Unreadable, unseal
from accounts.services.numbering import number_events
from accounts.services.webhook_events import listeners
from accounts.services.webhook_owners import tell_owner
from accounts.signing import signed_headers
from leadhub.egress import ForbiddenUrl, NotReached, post

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
# So many endpoints at a time, and how long a run takes on new ones.
WIDTH = 8
RUN_SECONDS = 60
HOUR = timedelta(hours=1)
RETRIES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(hours * HOUR for hours in (2, 5, 10, 14, 20, 24)),
)
LONGEST_PAUSE = 24 * HOUR
PATIENCE = timedelta(days=3)
GONE = 410
MORE_THAN_ASKED = 1.2


@dataclass(frozen=True, slots=True)
class Attempt:
    """All that a thread needs to try once."""

    delivery_id: int
    endpoint_id: int
    token: UUID
    url: str
    event_id: str
    body: bytes
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A status of HTTP, or a word for none; and when it wants to be asked again."""

    answer: str
    retry_after: float | None = None

    @property
    def is_fine(self) -> bool:
        return self.answer.isdigit() and 200 <= int(self.answer) < 300


def deliver_due_webhooks() -> int:
    """Try what is due; return how many arrived. Safe to run at any time, in several
    processes at once."""
    arrived, until = 0, time.monotonic() + RUN_SECONDS
    running: dict[Future[Outcome], Attempt] = {}
    with ThreadPoolExecutor(WIDTH, thread_name_prefix="webhooks") as threads:
        while True:
            if time.monotonic() < until:
                for attempt in _claim(WIDTH - len(running)):
                    running[threads.submit(_try, attempt)] = attempt
            if not running:
                return arrived
            done, _waiting = wait(running, timeout=1, return_when=FIRST_COMPLETED)
            for future in done:
                arrived += _settle(running.pop(future), future.result())


def _claim(most: int) -> Iterator[Attempt]:
    """The first delivery that is due of each endpoint whose slot we can get."""
    if most < 1:
        return
    number_events()
    now = timezone.now()
    due = WebhookDelivery.objects.due(at=now).filter(endpoint=OuterRef("pk"))
    first = due.order_by("due_at", "pk").values("pk")[:1]
    free = WebhookEndpoint.objects.live().free(at=now)
    found = free.annotate(first_due=Subquery(first)).filter(first_due__isnull=False)
    for endpoint in found.order_by("pk")[:most]:
        token = uuid4()
        ours = WebhookEndpoint.objects.live().free(at=now).filter(pk=endpoint.pk)
        if not ours.update(slot_owner=token, slot_until=now + LEASE):
            continue
        # Anew, now that the slot is ours: somebody may just have delivered it.
        rows = WebhookDelivery.objects.due(at=now).filter(endpoint=endpoint)
        rows = rows.filter(event__position__isnull=False)
        row = rows.select_related("event").order_by("due_at", "pk").first()
        attempt = row and _attempt(endpoint, row, token, at=now)
        if attempt:
            yield attempt
        else:
            _held(endpoint.pk, token).update(slot_owner=None, slot_until=None)


def _attempt(
    endpoint: WebhookEndpoint, row: WebhookDelivery, token: UUID, *, at: datetime
) -> Attempt:
    try:
        secrets = [unseal(endpoint.secret)]
        if endpoint.former_until and endpoint.former_until > at:
            secrets.append(unseal(endpoint.former_secret))
    except Unreadable:
        logger.error("The secret of webhook %s cannot be read.", endpoint.pk)
        secrets = []
    return Attempt(
        delivery_id=row.pk,
        endpoint_id=endpoint.pk,
        token=token,
        url=endpoint.url,
        event_id=str(row.event_id),
        body=row.event.told.encode(),
        secrets=tuple(secrets),
    )


def _try(attempt: Attempt) -> Outcome:
    """Send it once. In a thread of its own; never raises."""
    if not attempt.secrets:
        return Outcome("no_secret")
    headers = signed_headers(
        event_id=attempt.event_id,
        timestamp=int(time.time()),
        body=attempt.body,
        secrets=attempt.secrets,
    )
    headers["Content-Type"] = "application/json"
    try:
        answer = post(attempt.url, body=attempt.body, headers=headers)
    except NotReached as problem:
        return Outcome(problem.code)
    except ForbiddenUrl:
        return Outcome("forbidden")
    except Exception:
        logger.exception("Webhook %s cannot be called.", attempt.endpoint_id)
        return Outcome("broken")
    return Outcome(str(answer.status), answer.retry_after)


@transaction.atomic
def _settle(attempt: Attempt, outcome: Outcome) -> bool:
    """Write down how it went and give the slot back; nothing if it is not ours now."""
    now = timezone.now()
    held = _held(attempt.endpoint_id, attempt.token)
    endpoint = held.select_for_update(no_key=True).first()
    if endpoint is None:
        return False
    rows = WebhookDelivery.objects.filter(pk=attempt.delivery_id)
    row = rows.select_for_update(no_key=True).first()
    endpoint.slot_owner = endpoint.slot_until = None
    if row is not None:  # else its contact was erased meanwhile
        row.attempts += 1
        row.tried_at, row.answer = now, outcome.answer
        _note(row, outcome, at=now)
        row.save(
            update_fields=[
                "attempts",
                "tried_at",
                "answer",
                "status",
                "due_at",
                "finished_at",
            ]
        )
    if outcome.is_fine:
        endpoint.last_success_at, endpoint.failing_since = now, None
    else:
        endpoint.last_failure_at = now
        endpoint.failing_since = endpoint.failing_since or now
        _stop_if_hopeless(endpoint, outcome, at=now)
    endpoint.save(
        update_fields=[
            "slot_owner",
            "slot_until",
            "last_success_at",
            "last_failure_at",
            "failing_since",
            "is_active",
            "stopped_because",
        ]
    )
    return outcome.is_fine


def _note(row: WebhookDelivery, outcome: Outcome, *, at: datetime) -> None:
    if outcome.is_fine:
        row.status, row.finished_at = WebhookDelivery.Status.DELIVERED, at
    elif outcome.answer == str(GONE) or row.attempts > len(RETRIES):
        row.status, row.finished_at = WebhookDelivery.Status.EXPIRED, at
    else:
        pause = RETRIES[row.attempts - 1] * uniform(1, MORE_THAN_ASKED)
        asked = timedelta(seconds=min(outcome.retry_after or 0, 86_400))
        row.due_at = at + max(pause, min(asked, LONGEST_PAUSE))


def _stop_if_hopeless(
    endpoint: WebhookEndpoint, outcome: Outcome, *, at: datetime
) -> None:
    since = endpoint.failing_since
    if outcome.answer == str(GONE):
        endpoint.stopped_because = WebhookEndpoint.Stop.GONE
    elif since and at - since >= PATIENCE:
        endpoint.stopped_because = WebhookEndpoint.Stop.FAILING
    else:
        return
    endpoint.is_active = False
    listeners.forget()
    tell_owner(endpoint=endpoint, at=at)


def _held(endpoint_id: int, token: UUID) -> models.QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(pk=endpoint_id, slot_owner=token)
