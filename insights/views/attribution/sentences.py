"""The finding of an attribution page, in words."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from insights.selectors.attribution.comparison import Comparison
from insights.selectors.attribution.report import Attribution
from insights.selectors.attribution.wording import label_of
from insights.views.attribution.question import Question
from leadhub.money import money_text
from leadhub.templatetags.ui import percent


def finding(question: Question, found: Attribution, table: Comparison) -> str:
    """Who earned most, about what the models differ, what was spent for nothing."""
    return " ".join(_sentences(question, found, table))


def _sentences(
    question: Question, found: Attribution, table: Comparison
) -> Iterator[str]:
    count, best = len(found.walks), table.first
    if best is None:
        yield _("Nobody was touched by anything known in the %(days)d days before.") % {
            "days": found.window_days
        }
        return
    if found.kind.has_value:
        sentence = ngettext(
            "Of the one deal won, “%(name)s” earned most: %(part)s (%(share)s).",
            "Of %(count)d deals won, “%(name)s” earned most: %(part)s (%(share)s).",
            count,
        )
    else:
        sentence = ngettext(
            "Of the one handoff accepted, “%(name)s” earned most: %(part)s (%(share)s).",
            "Of %(count)d handoffs accepted, “%(name)s” earned most: %(part)s (%(share)s).",
            count,
        )
    yield sentence % {
        "count": count,
        "name": best.line.label,
        "part": tenths(best.shown),
        "share": percent(best.line.credit.conversions / count),
    }
    if other := table.most_different:
        yield _(
            "The models differ most about “%(name)s”: %(part)s by the model %(model)s."
        ) % {
            "name": other.line.label,
            "part": tenths(other.beside_shown or 0),
            "model": label_of(question.beside),
        }
    if idle := table.dearest_for_nothing:
        yield _("“%(name)s” cost %(cost)s and earned nothing.") % {
            "name": idle.line.label,
            "cost": money_text(idle.line.cost, places=0),
        }


def tenths(number: float) -> str:
    return number_format(number, 1, force_grouping=True)
