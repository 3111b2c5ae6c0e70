"""Steps that ask people for something."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Notification, User
from accounts.services.notifications import notify
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

MAX_TEXT = 300


def read_task(settings: dict[str, Any]) -> dict[str, Any]:
    """``{"text": ...}``: for the contact's owner, or the sequence's maker."""
    only(settings, "text")
    return {"text": _text(settings)}


def task(run: Run) -> Outcome:
    recipient = run.contact.owner or run.enrollment.sequence.created_by
    return _tell(run, recipient)


def read_notify(settings: dict[str, Any]) -> dict[str, Any]:
    """``{"user": id, "text": ...}``."""
    only(settings, "user", "text")
    user_id = settings.get("user")
    is_number = isinstance(user_id, int) and not isinstance(user_id, bool)
    if not is_number or not User.objects.active().filter(pk=user_id).exists():
        raise BadStep(_("Choose somebody who works here."))
    return {"user": user_id, "text": _text(settings)}


def tell(run: Run) -> Outcome:
    people = User.objects.active().filter(pk=run.step.settings["user"])
    return _tell(run, people.first())


def _tell(run: Run, recipient: User | None) -> Outcome:
    if recipient is None or not recipient.is_active:
        return Go(note="nobody")
    notify(
        recipient=recipient,
        kind=Notification.Kind.TASK,
        key=f"sequence:{run.enrollment.pk}:{run.step.pk}",
        subject_id=run.enrollment.pk,
        title=run.step.settings["text"],
        subtitle=str(run.contact),
        detail=run.enrollment.sequence.name,
        url=reverse("contacts:detail", args=[run.contact.pk]),
        contact_id=run.contact.pk,
        at=run.at,
    )
    return Go(note=recipient.username)


def _text(settings: dict[str, Any]) -> str:
    text = settings.get("text")
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_TEXT:
        sentence = _("Say in up to %(most)s letters what is to be done.")
        raise BadStep(sentence % {"most": MAX_TEXT})
    return text.strip()


def register() -> None:
    register_kind(Step.Kind.TASK, StepKind(read_task, each(task)))
    register_kind(Step.Kind.NOTIFY, StepKind(read_notify, each(tell)))
