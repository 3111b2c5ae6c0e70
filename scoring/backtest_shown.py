"""The result of a backtest, ready for its page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext

from leadhub.moments import NARROW
from leadhub.templatetags.ui import grouped, percent
from scoring.backtest_charts import at_own, hits, hundredths, roc, tries, weeks
from scoring.backtest_figures import fitting
from scoring.backtest_words import a_week, ahead, finding, left_out
from scoring.models import Backtest
from scoring.numbers import shown as as_typed
from scoring.selectors.outcomes import outcome_label

LISTED = 50


def shown(
    backtest: Backtest, *, names: Mapping[int, str], capacity: float | None
) -> dict[str, Any]:
    """What the template asks for. ``names`` of the contacts in it, by number."""
    result = backtest.result
    return {
        "finding": finding(backtest),
        "ahead": ahead(backtest),
        "left_out": left_out(backtest),
        "outcome": outcome_label(backtest.outcome),
        "lines": _lines(result),
        "has_changed": backtest.scoring_model.updated_at != backtest.model_updated_at,
        "weeks": weeks(result, capacity),
        "tries": tries(result),
        "tries_label": at_own(
            result, _("%(per_week)s handoffs a week from %(own)s points on")
        ),
        "hits": hits(result),
        "hits_label": at_own(
            result,
            _("Precision %(precision)s, recall %(recall)s from %(own)s points on"),
        ),
        "roc": roc(result),
        "calibration": _calibration(result),
        "groups": _groups(result, names),
        "capacity": capacity,
        "capacity_typed": as_typed(capacity),
        "fit": _fit(result, capacity),
    }


def _points(share: float) -> str:
    """How far one share of 1 is from another: "3 points", or "0.4 points"."""
    points = 100 * share
    places = 0 if points >= 1 else 1
    number = 1 if round(points, places) == 1 else 2
    unit = npgettext("of a share", "point", "points", number)
    return f"{grouped(points, places)}{NARROW}{unit}"


def _lines(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Figure by figure: draft, live, and whether the difference is good."""
    draft, live = result["draft"], result["live"] or {}
    outcomes = grouped(result["outcomes"])

    def line(
        label: str, key: str, text: Any, *, note: str = "", more_is_good: bool = True
    ) -> dict[str, Any]:
        ours, theirs = draft[key], live.get(key)
        difference = None
        # What looks the same is the same.
        if ours is not None and theirs is not None and text(ours) != text(theirs):
            difference = round(ours - theirs, 6)
        sign = "" if not difference else "+" if difference > 0 else "−"
        apart = _points if text is percent else text
        return {
            "label": label,
            "note": note,
            "draft": text(ours),
            "live": text(theirs) if live else "–",
            "difference": f"{sign}{apart(abs(difference))}" if difference else "",
            "is_up": bool(difference and difference > 0),
            "is_good": bool(difference and (difference > 0) == more_is_good),
            "is_neutral": key in ("handoffs", "per_week"),
        }

    low, high = draft["precision_interval"]
    span = _("95 %% between %(low)s and %(high)s") % {
        "low": percent(low),
        "high": percent(high),
    }
    return [
        line(_("Handoffs"), "handoffs", grouped),
        line(_("Handoffs a week"), "per_week", _number_or_dash),
        line(
            _("Precision"),
            "precision",
            percent,
            note=span if draft["judged"] else _("None could be judged yet."),
        ),
        line(
            pgettext("of a score", "Lift"),
            "lift",
            _times,
            note=_("against drawing lots"),
        ),
        line(_("Caught"), "caught", grouped, note=_("of %(all)s") % {"all": outcomes}),
        line(_("Recall"), "recall", percent),
        line(_("Area under the ROC curve"), "auc", hundredths),
    ]


def _number_or_dash(value: float | None) -> str:
    return "–" if value is None else a_week(value)


def _times(value: float | None) -> str:
    return "–" if value is None else f"{grouped(float(value), 1)}×"


def _calibration(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = result["draft"]["calibration"]
    most = max((row["share"] for row in rows), default=0) or 1
    return [
        {
            **row,
            "label": _bin(row["from"], row["to"]),
            "bar": row["share"] / most,
            "low": row["interval"][0],
            "high": row["interval"][1],
            "is_ready": (row["from"] or 0) >= result["draft"]["threshold"],
        }
        for row in rows
    ]


def _bin(low: float | None, high: float | None) -> str:
    numbers = {"low": as_typed(low), "high": as_typed(high)}
    if low is None:
        return _("below %(high)s") % numbers
    if high is None:
        return _("from %(low)s") % numbers
    return _("%(low)s to below %(high)s") % numbers


def _groups(
    result: Mapping[str, Any], names: Mapping[int, str]
) -> list[dict[str, Any]]:
    """Customers by who caught them: where the two differ comes first."""
    has_live = result["live"] is not None
    wanted = [
        (_("Only the draft caught"), True, False, "circle-check"),
        (_("Only the live model caught"), False, True, "alert-triangle"),
        (_("Both missed"), False, False, ""),
        (_("Both caught"), True, True, ""),
    ]
    if not has_live:
        wanted = [
            (_("Missed"), False, False, "alert-triangle"),
            (_("Caught"), True, False, "circle-check"),
        ]
    groups = []
    for label, draft, live, icon in wanted:
        rows = [
            _customer(row, names)
            for row in result["customers"]
            if row["draft_caught"] == draft and row["live_caught"] == live
        ]
        if rows:
            groups.append(
                {
                    "label": label,
                    "icon": icon,
                    "count": len(rows),
                    "rows": rows[:LISTED],
                    "more": max(0, len(rows) - LISTED),
                }
            )
    return groups


def _customer(row: Mapping[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    won_at = datetime.fromisoformat(row["at"])

    def before(at: str | None, is_caught: bool) -> str:
        if at is None:
            return _("not handed off")
        days = (won_at - datetime.fromisoformat(at)) / timedelta(days=1)
        number = {"days": grouped(days, 0 if days >= 10 else 1)}
        if is_caught:
            return _("%(days)s days before") % number
        return _("%(days)s days before, too early") % number

    return {
        "contact": row["contact"],
        # None: it was erased since.
        "name": names.get(row["contact"]),
        "at": won_at,
        "draft": before(row["draft"], row["draft_caught"]),
        "live": before(row["live"], row["live_caught"]),
    }


def _fit(result: Mapping[str, Any], capacity: float | None) -> dict[str, Any] | None:
    """The threshold that keeps to the capacity, and what it would have brought."""
    if not capacity:
        return None
    threshold = fitting(result["curve"], capacity)
    if threshold is None:
        highest = result["curve"][-1]
        return {
            "threshold": None,
            "highest": as_typed(highest["threshold"]),
            "per_week": a_week(highest["per_week"]),
        }
    [point] = [p for p in result["curve"] if p["threshold"] == threshold]
    return {
        "threshold": threshold,
        "typed": as_typed(threshold),
        "is_own": threshold == result["draft"]["threshold"],
        "per_week": a_week(point["per_week"]),
        "precision": percent(point["precision"]),
        "recall": percent(point["recall"]),
    }
