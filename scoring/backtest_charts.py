"""The charts of a backtest: what ``_ui/chart.html`` and the picture of the ROC draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from leadhub.templatetags.ui import grouped, percent
from scoring.backtest_words import a_week
from scoring.numbers import shown as as_typed

# The side of the picture of the ROC, and what is left free around it.
SIDE, EDGE = 220, 28


def weeks(result: Mapping[str, Any], capacity: float | None) -> dict[str, Any]:
    weeks = result["weeks"]
    series = [{"name": _("Draft"), "values": [week["draft"] for week in weeks]}]
    if result["live"]:
        values = [week["live"] for week in weeks]
        series.append({"name": _("Live"), "values": values})
    data: dict[str, Any] = {
        "kind": "bar",
        "names": [_day(week["from"]) for week in weeks],
        "series": series,
    }
    if capacity:
        label = _("capacity %(number)s") % {"number": as_typed(capacity)}
        data["level"] = {"value": capacity, "label": label}
    return data


def tries(result: Mapping[str, Any]) -> dict[str, Any]:
    points = result["curve"]
    return {
        "kind": "line",
        "names": [as_typed(point["threshold"]) for point in points],
        "series": [
            {
                "name": _("Handoffs a week"),
                "values": [round(point["per_week"], 2) for point in points],
            }
        ],
        "mark": _mark(result),
    }


def hits(result: Mapping[str, Any]) -> dict[str, Any]:
    def hundred(key: str) -> list[float | None]:
        return [
            None if point[key] is None else round(point[key] * 100, 1)
            for point in result["curve"]
        ]

    return {
        "kind": "line",
        "unit": "%",
        "names": [as_typed(point["threshold"]) for point in result["curve"]],
        "series": [
            {"name": _("Precision"), "values": hundred("precision")},
            {"name": _("Recall"), "values": hundred("recall")},
        ],
        "mark": _mark(result),
    }


def at_own(result: Mapping[str, Any], sentence: str) -> str:
    """What the curves say at the draft's own threshold."""
    draft = result["draft"]
    return sentence % {
        "per_week": a_week(draft["per_week"]),
        "precision": percent(draft["precision"]),
        "recall": percent(draft["recall"]),
        "own": as_typed(draft["threshold"]),
    }


def _mark(result: Mapping[str, Any]) -> dict[str, str]:
    return {"name": as_typed(result["draft"]["threshold"]), "label": _("Draft")}


def roc(result: Mapping[str, Any]) -> dict[str, Any] | None:
    """The curves as points of a picture, and the area as a sentence."""
    draft, live = result["draft"], result["live"]
    if draft["auc"] is None:
        return None
    numbers = {"draft": hundredths(draft["auc"])}
    sentence = _("Area under the ROC curve %(draft)s") % numbers
    if live and live["auc"] is not None:
        numbers["live"] = hundredths(live["auc"])
        sentence = _("Area under the ROC curve %(draft)s, live %(live)s") % numbers
    every = max(1, len(draft["roc"]) // 12)
    return {
        "label": sentence,
        "side": SIDE,
        "edge": EDGE,
        "low": EDGE,
        "high": SIDE - EDGE,
        "legend": SIDE // 2 + 20,
        "draft": _path(draft["roc"]),
        "live": _path(live["roc"]) if live else "",
        "table": [p for n, p in enumerate(draft["roc"]) if n % every == 0 and p[0]],
    }


def _path(points: Sequence[Sequence[float]]) -> str:
    span = SIDE - 2 * EDGE
    return " ".join(
        f"{EDGE + x * span:.1f},{SIDE - EDGE - y * span:.1f}"
        for _threshold, x, y in points
    )


def _day(text: str) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(text)), "DAY_FORMAT")


def hundredths(value: float | None) -> str:
    return "–" if value is None else grouped(float(value), 2)
