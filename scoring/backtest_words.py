"""What a backtest found, and what it leaves out, in sentences of who reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.past import todays
from leadhub.templatetags.ui import grouped, percent
from scoring.models import Backtest
from scoring.selectors.activity import fit_rules
from scoring.selectors.outcomes import outcome_label

FEW = 20


def finding(backtest: Backtest) -> str:
    """The first sentence: handoffs a week, and whom they would have caught."""
    result = backtest.result
    draft, live = result["draft"], result["live"]
    numbers = {"draft": a_week(draft["per_week"])}
    if live is None:
        first = _("The draft would have made %(draft)s handoffs a week")
    else:
        numbers["live"] = a_week(live["per_week"])
        first = _(
            "The draft would have made %(draft)s handoffs a week instead of %(live)s"
        )
    return f"{first % numbers} {_caught(backtest)}"


def _caught(backtest: Backtest) -> str:
    result = backtest.result
    draft, live, total = result["draft"], result["live"], result["outcomes"]
    if not total:
        sentence = _("and nobody had the outcome “%(outcome)s” in that time.")
        return sentence % {"outcome": outcome_label(backtest.outcome)}
    numbers: dict[str, Any] = {
        "caught": grouped(draft["caught"]),
        "all": grouped(total),
        "outcome": outcome_label(backtest.outcome),
    }
    if backtest.outcome == "deal_won":
        said = ngettext(
            "and caught %(caught)s of %(all)s won customer",
            "and caught %(caught)s of %(all)s won customers",
            total,
        )
    else:
        said = ngettext(
            "and caught %(caught)s of %(all)s contact with the outcome “%(outcome)s”",
            "and caught %(caught)s of %(all)s contacts with the outcome “%(outcome)s”",
            total,
        )
    return f"{said % numbers}{_than_now(draft, live)}"


def _than_now(draft: Mapping[str, Any], live: Mapping[str, Any] | None) -> str:
    if live is None:
        return "."
    more = draft["caught"] - live["caught"]
    if more > 0:
        return _(", %(count)s more than now.") % {"count": grouped(more)}
    if more < 0:
        return _(", %(count)s fewer than now.") % {"count": grouped(-more)}
    return _(", as many as now.")


def a_week(number: float) -> str:
    """Handoffs a week: whole from ten on, else to a tenth."""
    places = 0 if number >= 10 or round(number, 1) == int(number) else 1
    return grouped(number, places)


def ahead(backtest: Backtest) -> str:
    """How much earlier, of the customers that both would have caught."""
    found = backtest.result["ahead"]
    days = found["median_days"]
    if days is None:
        return ""
    numbers = {"count": grouped(found["customers"]), "days": grouped(abs(days), 1)}
    if abs(days) < 0.05:
        return _("Of the %(count)s that both caught, half at the same time.") % numbers
    if days > 0:
        sentence = _(
            "Those %(count)s that both caught the draft found %(days)s days earlier "
            "(median)."
        )
    else:
        sentence = _(
            "Those %(count)s that both caught the draft found %(days)s days later "
            "(median)."
        )
    return sentence % numbers


def left_out(backtest: Backtest) -> list[str]:
    """What the figures do not know, or know only as it is today."""
    return list(_left_out(backtest, backtest.result))


def _left_out(backtest: Backtest, result: Mapping[str, Any]) -> Iterator[str]:
    open_ones = result["draft"]["handoffs"] - result["draft"]["judged"]
    if open_ones:
        yield ngettext(
            "%(count)s handoff of the draft is too recent to judge: its %(days)s days "
            "are not over.",
            "%(count)s handoffs of the draft are too recent to judge: their %(days)s "
            "days are not over.",
            open_ones,
        ) % {"count": grouped(open_ones), "days": grouped(result["horizon_days"])}
    if result["draft"]["judged"] < FEW:
        yield _(
            "Few handoffs could be judged, so precision and lift are uncertain: see "
            "the range behind them."
        )
    if earlier := result["earlier_outcomes"]:
        yield ngettext(
            "%(count)s contact had the outcome before the period and is not counted "
            "among those to be caught.",
            "%(count)s contacts had the outcome before the period and are not counted "
            "among those to be caught.",
            earlier,
        ) % {"count": grouped(earlier)}
    if result["late_interactions"]:
        share = result["late_interactions"] / result["interactions"]
        yield _(
            "%(share)s of the interactions were recorded more than a day after they "
            "happened. They count from when they were recorded: nobody knew before."
        ) % {"share": percent(share)}
    if names := todays([rule.when for rule in fit_rules(backtest.scoring_model)]):
        yield _("Of these, only today's value is known: %(names)s.") % {
            "names": ", ".join(names)
        }
    if backtest.outcome == "handoff_accepted":
        yield _(
            "Only who was really handed off could be accepted. Whom only the draft "
            "would have handed off counts as not accepted."
        )
    yield _(
        "What was recognized as a machine's later is left out from the beginning, and "
        "so are contacts that were erased."
    )
    yield _(
        "The live model is today's, as if it had counted all along; declines with a "
        "date to return are those that really happened."
    )
