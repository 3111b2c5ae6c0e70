"""What the URL of an attribution page asks, and what it is answered from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from accounts.permissions import scope
from insights.attribution.catalog import MODELS
from insights.attribution.markov import TooManyStates
from insights.selectors.attribution.asking import (
    Asked,
    Unanswerable,
    asked,
    one_of,
    too_many,
)
from insights.selectors.attribution.comparison import Comparison, compared
from insights.selectors.attribution.conversions import CONVERSIONS
from insights.selectors.attribution.report import Attribution, attribution
from insights.selectors.periods import Period
from insights.views.periods import period_of

FIRST, BESIDE = "linear", "last"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Question:
    asked: Asked
    # The model to compare with, or "".
    beside: str
    period: Period
    # What cannot be answered, in words; what can be is shown instead.
    problem: str = ""

    @property
    def query(self) -> str:
        """For the URL of a page about the same."""
        chosen = {
            "conversion": self.asked.conversion,
            "by": self.asked.by,
            "model": self.asked.model,
            "beside": self.beside or NONE,
            "order": self.asked.order,
            "window": self.asked.window_days,
        }
        return f"{urlencode(chosen)}&{self.period.query}"

    def url(self, name: str, **more: str | int) -> str:
        rest = f"&{urlencode(more)}" if more else ""
        return f"{reverse(f'insights:{name}')}?{self.query}{rest}"


def question_of(request: HttpRequest) -> Question:
    """What can be read of it; with a problem the answers that are given unless told."""
    period = period_of(request)
    try:
        chosen = asked(request.GET)
        beside = one_of(request.GET, "beside", [*MODELS, NONE], default=BESIDE)
        # Who chooses the model that stands beside the first one swaps the two.
        if beside == chosen.model:
            beside = one_of(request.GET, "was", MODELS, default=FIRST)
    except Unanswerable as error:
        return Question(asked(QueryDict()), BESIDE, period, str(error))
    is_other = beside not in (NONE, chosen.model)
    return Question(chosen, beside if is_other else "", period)


def answer_to(request: HttpRequest, question: Question) -> Attribution:
    """From the conversions that whoever asks may see."""
    chosen = question.asked
    return attribution(
        question.period,
        rows=scope(request.user, CONVERSIONS[chosen.conversion].model, "read"),
        conversion=chosen.conversion,
        by=chosen.by,
        window_days=chosen.window_days,
        user=request.user,
    )


def comparison_for(
    question: Question, found: Attribution
) -> tuple[Question, Comparison]:
    """The table; where a Markov chain has too many states, that of linear, and why."""
    chosen = question.asked
    try:
        table = compared(
            found, chosen.model, beside=question.beside, order=chosen.order
        )
    except TooManyStates as error:
        question = replace(
            question,
            asked=replace(chosen, model="linear"),
            beside="",
            problem=too_many(error),
        )
        table = compared(found, "linear")
    return question, table
