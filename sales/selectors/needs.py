"""The needs analysis of a deal as it is read and asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sales.models import Deal, Question


@dataclass(frozen=True, slots=True)
class Need:
    """A question with its answer, as the answer was asked for."""

    question: int | None
    text: str
    kind: str
    choices: list[str]
    required: bool
    value: Any = None
    at: datetime | None = None
    by: str = ""

    @property
    def value_text(self) -> str:
        if isinstance(self.value, bool):
            return _("Yes") if self.value else _("No")
        return "" if self.value is None else str(self.value)


def needs_of(deal: Deal) -> list[Need]:
    """Questions in their order, then what was answered and is asked no more."""
    known = {row.question_id: row for row in deal.answers.select_related("by")}
    lines = []
    for question in Question.objects.asked_in(deal):
        row = known.pop(question.pk, None)
        lines.append(
            Need(
                question.pk,
                row.asked if row else question.text,
                question.kind,
                question.choices,
                question.is_required,
                row.value if row else None,
                row.at if row else None,
                str(row.by or "") if row else "",
            )
        )
    # Several may have lost their question.
    left = deal.answers.exclude(question__in=[n.question for n in lines])
    gone = deal.answers.filter(question=None)
    for row in (left | gone).distinct().select_related("by").order_by("pk"):
        by = str(row.by or "")
        lines.append(Need(None, row.asked, row.kind, [], False, row.value, row.at, by))
    return lines
