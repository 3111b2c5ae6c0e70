"""What is planned next with contacts, by either team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Enrollment, Message
from contacts.columns import Column, register_column
from contacts.models import Contact
from leadhub.icons import icon_svg
from leadhub.templatetags.ui import day, due
from sales.models import Handoff, Task


@dataclass(frozen=True, slots=True)
class NextTouch:
    """The earliest thing that is planned, and whose it is."""

    at: datetime
    label: str
    icon: str
    # A promise: once the moment has passed it is late.
    is_promise: bool = False


def next_touches(contacts: Sequence[Contact], at: datetime) -> dict[int, NextTouch]:
    """Contact id -> the earliest of answer, task, mail and step of a sequence.

    Four queries. A mail that is due already goes out any moment, so it comes first as
    well.
    """
    found: dict[int, NextTouch] = {}
    for pk, touch in _planned(contacts):
        if pk not in found or touch.at < found[pk].at:
            found[pk] = touch
    return found


def _planned(contacts: Sequence[Contact]) -> list[tuple[int, NextTouch]]:
    mails = [*_mails(contacts), *_steps(contacts)]
    return [*_answers(contacts), *_tasks(contacts), *mails]


def _tasks(contacts: Sequence[Contact]) -> list[tuple[int, NextTouch]]:
    """ "Anna calls"; one that is past its time is late."""
    says = {
        Task.Kind.CALL: _("%(name)s calls"),
        Task.Kind.FOLLOW_UP: _("%(name)s follows up"),
    }
    rows = Task.objects.open().filter(contact__in=contacts)
    rows = rows.select_related("assignee").order_by("-due_at", "-pk")
    return [
        (
            row.contact_id,
            NextTouch(
                at=row.due_at,
                label=says.get(row.kind, f"%(name)s: {row.text.replace('%', '%%')}")
                % {"name": row.assignee or _("Sales")},
                icon="phone" if row.kind == Task.Kind.CALL else "checks",
                is_promise=True,
            ),
        )
        for row in rows
    ]


def _answers(contacts: Sequence[Contact]) -> list[tuple[int, NextTouch]]:
    """Handoffs that somebody has promised to answer."""
    offered = Handoff.objects.filter(
        contact__in=contacts, status=Handoff.Status.OFFERED, accept_by__isnull=False
    ).select_related("assignee")
    return [
        (
            row.contact_id,
            NextTouch(
                at=row.accept_by,
                label=_("%(name)s answers") % {"name": row.assignee or _("Sales")},
                icon="arrows-right-left",
                is_promise=True,
            ),
        )
        for row in offered.only("contact_id", "accept_by", "assignee")
    ]


def _mails(contacts: Sequence[Contact]) -> list[tuple[int, NextTouch]]:
    waiting = Message.objects.waiting().filter(contact__in=contacts)
    rows = waiting.values_list("contact_id", "due_at", "title")
    return [(pk, NextTouch(due_at, title, "mail")) for pk, due_at, title in rows]


def _steps(contacts: Sequence[Contact]) -> list[tuple[int, NextTouch]]:
    runs = Enrollment.objects.active().filter(
        contact__in=contacts, due_at__isnull=False
    )
    rows = runs.values_list("contact_id", "due_at", "sequence__name")
    return [(pk, NextTouch(due_at, name, "route")) for pk, due_at, name in rows]


def draw(touch: NextTouch | None) -> str:
    if touch is None:
        return ""
    return format_html(
        '<span class="lh-touch" title="{}">{}<span class="lh-secondary">{}</span> {}'
        "</span>",
        touch.label,
        icon_svg(touch.icon),
        due(touch.at) if touch.is_promise else day(touch.at),
        touch.label,
    )


def register_columns() -> None:
    register_column(
        Column(
            name="next_touch",
            label=gettext_lazy("Next touch"),
            load=next_touches,
            draw=draw,
            position=2,
            css="lh-next",
        )
    )
