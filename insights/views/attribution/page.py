"""Reports, Attribution: who earned the conversions of a period."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from contacts.imports.writing import csv_lines
from insights.attribution.catalog import MODELS
from insights.models import FigureSettings
from insights.selectors.asked_periods import PARAMETERS as OF_PERIODS
from insights.selectors.attribution.asking import ORDERS
from insights.selectors.attribution.comparison import Comparison
from insights.selectors.attribution.conversions import CONVERSIONS
from insights.selectors.attribution.dimensions import DIMENSIONS
from insights.selectors.attribution.report import Attribution
from insights.selectors.attribution.ways import example_of, frequent_ways
from insights.selectors.attribution.wording import MODELS as WORDS
from insights.selectors.attribution.wording import label_of
from insights.views.attribution.question import (
    NONE,
    Question,
    answer_to,
    comparison_for,
    question_of,
)
from insights.views.attribution.sentences import finding

WINDOWS = (30, 60, 90, 180, 365)
COLUMNS = "key label conversions value beside_conversions beside_value cost".split()
Choice = tuple[str, str, str, list[tuple[str, str]]]
"""(parameter, label, chosen, (value, label) of all)"""


@login_required
@require_GET
def attribution_page(request: HttpRequest) -> HttpResponse:
    """Two models side by side, frequent ways, and the way of one contact."""
    question = question_of(request)
    found = answer_to(request, question)
    question, table = comparison_for(question, found)
    chosen, beside = question.asked, question.beside
    context = {
        "period": question.period,
        "question": question,
        "found": found,
        "finding": finding(question, found, table) if found.walks else "",
        "rows": [(row, _url_of(row.line.key, question)) for row in table.rows],
        "model": label_of(chosen.model),
        "beside": label_of(beside) if beside else "",
        "models": [WORDS[name] for name in (chosen.model, beside) if name],
        "not_converted": _not_converted(question, found),
        "ways": [
            (way, question.url("attribution_conversions", way=way.token))
            for way in frequent_ways(found)
        ],
        "example": example_of(found),
        "all_url": question.url("attribution_conversions"),
        "unknown_url": question.url("attribution_conversions", unknown=1),
        "file_url": question.url("attribution_file"),
        "choices": _choices(question),
        "kept": [(n, request.GET[n]) for n in OF_PERIODS if request.GET.get(n)],
    }
    return render(request, "insights/attribution.html", context)


@login_required
@require_GET
def attribution_file(request: HttpRequest) -> StreamingHttpResponse:
    """The table as CSV, with every digit."""
    question = question_of(request)
    found = answer_to(request, question)
    question, table = comparison_for(question, found)
    lines = csv_lines(COLUMNS, _cells(found, table))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"attribution-{question.asked.conversion}-{question.asked.by}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _url_of(key: Any, question: Question) -> str:
    return question.url("attribution_conversions", key=str(key))


def _not_converted(question: Question, found: Attribution) -> int | None:
    if "markov" not in (question.asked.model, question.beside):
        return None
    return int(found.others(question.asked.order).walks)


def _cells(found: Attribution, table: Comparison) -> list[list[str]]:
    rows = [
        [
            str(row.line.key),
            row.line.label,
            repr(row.line.credit.conversions),
            repr(row.line.credit.value),
            repr(row.beside.conversions) if row.beside else "",
            repr(row.beside.value) if row.beside else "",
            "" if row.line.cost is None else str(row.line.cost),
        ]
        for row in table.rows
    ]
    unknown = found.unknown
    both = [repr(unknown.conversions), repr(unknown.value)]
    beside = both if any(row.beside for row in table.rows) else ["", ""]
    return [*rows, ["", _("No known touch"), *both, *beside, ""]]


def _choices(question: Question) -> list[Choice]:
    chosen = question.asked
    models = [(name, label_of(name)) for name in MODELS]
    windows = sorted({*WINDOWS, chosen.window_days})
    found: list[Choice] = [
        (
            "conversion",
            _("What"),
            chosen.conversion,
            [(kind.name, str(kind.label)) for kind in CONVERSIONS.values()],
        ),
        (
            "by",
            pgettext("shared out", "By"),
            chosen.by,
            [
                (d.name, str(d.label))
                for d in DIMENSIONS.values()
                if d.name != "rep" or FigureSettings.current().compares_reps
            ],
        ),
        ("model", _("Model"), chosen.model, models),
        (
            "beside",
            _("Beside it"),
            question.beside or NONE,
            [(NONE, _("no other")), *(m for m in models if m[0] != chosen.model)],
        ),
        (
            "window",
            _("Touches of the last"),
            str(chosen.window_days),
            [
                (str(n), ngettext("%(n)d day", "%(n)d days", n) % {"n": n})
                for n in windows
            ],
        ),
    ]
    if "markov" in (chosen.model, question.beside):
        orders = [
            (
                str(n),
                ngettext("%(n)d touch", "%(n)d touches", n) % {"n": n},
            )
            for n in ORDERS
        ]
        found.append(("order", _("The chain remembers"), str(chosen.order), orders))
    return found
