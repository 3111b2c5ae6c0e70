"""Steps that ask people for something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Notification, User
from accounts.services.notifications import Line, notify_each
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

MAX_TEXT = 300


def read_task(settings: dict[str, Any]) -> dict[str, Any]:
    """``{"text": ...}``: for the contact's owner, or the sequence's maker."""
    only(settings, "text")
    return {"text": _text(settings)}


def task(runs: Sequence[Run]) -> list[Outcome]:
    return _tell(
        [(run, run.contact.owner or run.enrollment.sequence.created_by) for run in runs]
    )


def read_notify(settings: dict[str, Any]) -> dict[str, Any]:
    """``{"user": id, "text": ...}``."""
    only(settings, "user", "text")
    user_id = settings.get("user")
    is_number = isinstance(user_id, int) and not isinstance(user_id, bool)
    if not is_number or not User.objects.active().filter(pk=user_id).exists():
        raise BadStep(_("Choose somebody who works here."))
    return {"user": user_id, "text": _text(settings)}


def tell(runs: Sequence[Run]) -> list[Outcome]:
    people = User.objects.active().filter(pk=runs[0].step.settings["user"])
    recipient = people.first()
    return _tell([(run, recipient) for run in runs])


def _tell(asked: Sequence[tuple[Run, User | None]]) -> list[Outcome]:
    lines, answers = [], []
    for run, recipient in asked:
        if recipient is None or not recipient.is_active:
            answers.append(Go(note="nobody"))
            continue
        lines.append(_line(run, recipient))
        answers.append(Go(note=recipient.username))
    notify_each(lines=lines, at=asked[0][0].at)
    return answers


def _line(run: Run, recipient: User) -> Line:
    return Line(
        recipient=recipient,
        kind=Notification.Kind.TASK,
        key=f"sequence:{run.enrollment.pk}:{run.step.pk}",
        subject_id=run.enrollment.pk,
        title=run.step.settings["text"],
        subtitle=str(run.contact),
        detail=run.enrollment.sequence.name,
        url=reverse("contacts:detail", args=[run.contact.pk]),
        contact_id=run.contact.pk,
    )


def _text(settings: dict[str, Any]) -> str:
    text = settings.get("text")
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_TEXT:
        sentence = _("Say in up to %(most)s letters what is to be done.")
        raise BadStep(sentence % {"most": MAX_TEXT})
    return text.strip()


def register() -> None:
    register_kind(Step.Kind.TASK, StepKind(read_task, task))
    register_kind(Step.Kind.NOTIFY, StepKind(read_notify, tell))
