"""The step that sends a mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from campaigns.models import Enrollment, MailTemplate, Message
from campaigns.models.enrollment import key_of
from campaigns.models.sequence import Step
from campaigns.services.messages import MailPlan, plan_messages
from campaigns.steps.kinds import (
    BadStep,
    End,
    Go,
    Outcome,
    Run,
    StepKind,
    Wait,
    only,
    register_kind,
)
from campaigns.steps.stopping import end_for
from contacts.gate import Purpose

# A mail that could not go out for so long is not worth sending any more.
EXPIRES_AFTER = timedelta(days=14)
LOOK_AGAIN = timedelta(minutes=10)


def read_mail(settings: dict[str, Any]) -> dict[str, Any]:
    """``{"template": id}``."""
    only(settings, "template")
    template_id = settings.get("template")
    is_number = isinstance(template_id, int) and not isinstance(template_id, bool)
    if not is_number or not MailTemplate.objects.filter(pk=template_id).exists():
        raise BadStep(_("Choose a template."))
    return {"template": template_id}


def mail(runs: Sequence[Run]) -> list[Outcome]:
    """Plan the mail for the next opening of the window, then wait until it is out."""
    keys = [key_of(run.enrollment, run.step) for run in runs]
    known = {message.key: message for message in Message.objects.filter(key__in=keys)}
    template = MailTemplate.objects.get(pk=runs[0].step.settings["template"])
    planned, answers = [], []
    for run, key in zip(runs, keys, strict=True):
        if key in known:
            answers.append(_became_of(known[key], run))
            continue
        opens = run.window.next_open(run.at, zone=run.zone)
        planned.append(
            MailPlan(
                key=key,
                contact=run.contact,
                purpose=Purpose.MARKETING,
                kind=Message.Kind.SEQUENCE,
                title=template.name,
                template=template,
                measure=run.enrollment.sequence.measure,
                due_at=opens,
                expires_at=opens + EXPIRES_AFTER,
            )
        )
        answers.append(Wait(opens + LOOK_AGAIN, note=template.name))
    plan_messages(mails=planned, at=runs[0].at)
    return answers


def _became_of(message: Message, run: Run) -> Outcome:
    state = Message.State
    if message.state in (state.SENT, state.UNKNOWN, state.EXPIRED):
        # Nobody knows whether an unknown one arrived; it is not sent twice for that.
        return Go(note=message.state)
    if message.state == state.CANCELLED:
        return End(end_for(message.reason) or Enrollment.End.FAILED, message.reason)
    if message.state == state.FAILED:
        return End(end_for(message.reason) or Enrollment.End.FAILED, message.reason)
    return Wait(max(run.at, message.due_at or run.at) + LOOK_AGAIN)


def register() -> None:
    register_kind(Step.Kind.MAIL, StepKind(read_mail, mail))
