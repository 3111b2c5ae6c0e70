"""Steps that tell a program elsewhere that a contact has come to them."""

from __future__ import annotations

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
    each,
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


def call_webhook(run: Run) -> Outcome:
    """Write it down for the endpoint: once per run and step. It is delivered later."""
    listening = WebhookEndpoint.objects.listening()
    endpoint = listening.filter(pk=run.step.settings["endpoint"]).first()
    if endpoint is None:
        return Go(note="gone")
    enrollment = run.enrollment
    told = news_of(
        run.contact.pk,
        key=f"{enrollment.pk}:{run.step.key}",
        sequence=enrollment.sequence_id,
        enrollment=enrollment.pk,
        step=run.step.key,
    )
    tell_endpoint(endpoint=endpoint, kind=EventType.SEQUENCE_STEP, news=told, at=run.at)
    return Go(note=endpoint.name)


def register() -> None:
    register_kind(Step.Kind.WEBHOOK, StepKind(read_webhook, each(call_webhook)))
