"""Steps that tell a program elsewhere that a contact has come to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import EventType, WebhookEndpoint
from accounts.services.webhook_events import tell_endpoint
from campaigns.models.sequence import Step
from campaigns.steps.kinds import (
    BadStep,
    Go,
    Outcome,
    Run,
    StepKind,
    only,
    register_kind,
)
from contacts.telling import news_of


def read_webhook(settings: dict[str, Any]) -> dict[str, Any]:
    """``{"endpoint": id}``: one that an administrator has set up."""
    only(settings, "endpoint")
    number = settings.get("endpoint")
    is_number = isinstance(number, int) and not isinstance(number, bool)
    if not is_number or not WebhookEndpoint.objects.filter(pk=number).exists():
        raise BadStep(_("Choose a webhook that is set up under Settings."))
    return {"endpoint": number}


def call_webhook(runs: Sequence[Run]) -> list[Outcome]:
    """Write it down for the endpoint: once per run and step. It is delivered later."""
    listening = WebhookEndpoint.objects.listening()
    endpoint = listening.filter(pk=runs[0].step.settings["endpoint"]).first()
    if endpoint is None:
        return [Go(note="gone") for _run in runs]
    told = [
        news_of(
            run.contact.pk,
            key=f"{run.enrollment.pk}:{run.step.key}",
            sequence=run.enrollment.sequence_id,
            enrollment=run.enrollment.pk,
            step=run.step.key,
        )
        for run in runs
    ]
    kind, at = EventType.SEQUENCE_STEP, runs[0].at
    tell_endpoint(endpoint=endpoint, kind=kind, news=told, at=at)
    return [Go(note=endpoint.name) for _run in runs]


def register() -> None:
    register_kind(Step.Kind.WEBHOOK, StepKind(read_webhook, call_webhook))
