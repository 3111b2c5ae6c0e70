"""The needs analysis: its questions, and what was answered in a deal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.text import clean_text
from sales.models import Deal, DealEvent, NeedsAnswer, Question
from sales.services.deal_refusals import BadAnswer
from sales.services.deals import check_deal_open, locked_deal, note_deal

Kind = Question.Kind
LONGEST = 5_000
MOST_CHOICES = 30


@transaction.atomic
def answer_questions(
    *, deal: Deal, answers: Mapping[int, Any], by: User | None, at: datetime
) -> list[NeedsAnswer]:
    """Keep what was answered: question's number -> value; return all there is then.

    Some may be left out, and required ones too: they are asked until they are answered.
    None or "" takes an answer back. An answer keeps the question as it read.

    Raises ``DealNotOpen`` and ``BadAnswer``.
    """
    _contact, deal = locked_deal(deal)
    check_deal_open(deal)
    asked = {question.pk: question for question in Question.objects.asked_in(deal)}
    known = {row.question_id: row for row in deal.answers.all()}
    has_changed = False
    for pk, value in answers.items():
        question = asked.get(pk)
        if question is None:
            raise BadAnswer(
                _("There is no such question: %(number)s.") % {"number": pk}
            )
        value, before = checked_answer(question, value), known.get(pk)
        if value is None:
            if before is not None:
                before.delete()
                has_changed = True
        elif before is None or before.value != value or before.asked != question.text:
            NeedsAnswer.objects.update_or_create(
                deal=deal,
                question=question,
                defaults={
                    "asked": question.text,
                    "kind": question.kind,
                    "value": value,
                    "at": at,
                    "by": by,
                },
            )
            has_changed = True
    found = list(deal.answers.order_by("question__position", "pk"))
    if has_changed:
        said = _("%(answered)s of %(asked)s answered")
        said %= {"answered": len(found), "asked": max(len(asked), len(found))}
        note_deal(deal, DealEvent.Kind.ANALYZED, by=by, at=at, text=said)
    return found


def checked_answer(question: Question, value: Any) -> Any:
    """As it is stored; None for no answer. Raises ``BadAnswer``."""
    if value is None or value == "":
        return None
    if question.kind == Kind.YES_NO:
        if not isinstance(value, bool):
            raise _bad(question, _("yes or no"))
        return value
    if question.kind == Kind.NUMBER:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            raise _bad(question, _("a number")) from None
        if isinstance(value, bool) or not number.is_finite() or abs(number) >= 10**15:
            raise _bad(question, _("a number"))
        return f"{number:f}"
    text = clean_text(value, attr="answers", max_length=LONGEST, multiline=True)
    if question.kind == Kind.CHOICE and text not in question.choices:
        raise _bad(question, ", ".join(question.choices))
    return text or None


@transaction.atomic
def save_question(*, question: Question) -> Question:
    """Store a question. Those who were asked before keep their answers as they read."""
    choices = [str(choice).strip()[:200] for choice in question.choices]
    question.choices = [c for c in dict.fromkeys(choices) if c][:MOST_CHOICES]
    if question.kind != Kind.CHOICE:
        question.choices = []
    elif len(question.choices) < 2:
        raise BadAnswer(_("Name two choices at least."), attr="choices")
    question.save()
    return question


@transaction.atomic
def delete_question(*, question: Question) -> None:
    """Ask it no more. Answers stay, with the question as it read."""
    question.delete()


def _bad(question: Question, wanted: str) -> BadAnswer:
    sentence = _("“%(question)s” wants: %(wanted)s.")
    return BadAnswer(sentence % {"question": question.text, "wanted": wanted})
