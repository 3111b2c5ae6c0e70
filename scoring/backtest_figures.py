"""What the numbers of a backtest say: pure, from the state to the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from statistics import median
from typing import Any

from scoring.calibration import CalibrationBin, bins_of
from scoring.hits import Hits
from scoring.roc import auc_of, points_of, thinned
from scoring.terms import WEEK, Terms

BINS = 4
"""Of the calibration table, below the threshold; as many above it."""


def result_of(
    state: Mapping[str, Any],
    terms: Terms,
    *,
    thresholds: Sequence[float],
    own: Sequence[float],
) -> dict[str, Any]:
    """The figures, as JSON. ``own``: the thresholds of the draft and the live model."""
    draft, *live = (
        _of_model(numbers, threshold, terms, outcomes=state["outcomes"])
        for numbers, threshold in zip(state["models"], own, strict=True)
    )
    ahead = state["ahead"]
    return {
        "contacts": state["contacts"],
        "interactions": state["interactions"],
        "late_interactions": state["late"],
        "outcomes": state["outcomes"],
        "earlier_outcomes": state["earlier"],
        "weeks": _weeks(state, terms),
        "draft": draft,
        "live": live[0] if live else None,
        "ahead": {
            "customers": len(ahead),
            "median_days": median(ahead) if ahead else None,
        },
        "customers": [
            {
                "contact": contact,
                "at": at,
                **_led("draft", handed_off[0]),
                **_led("live", handed_off[1] if len(handed_off) > 1 else None),
            }
            for contact, at, *handed_off in state["customers"]
        ],
        "curve": [
            _on_curve(threshold, numbers, terms, outcomes=state["outcomes"])
            for threshold, numbers in zip(thresholds, state["curve"], strict=True)
        ],
    }


def fitting(curve: Sequence[Mapping[str, Any]], capacity: float) -> float | None:
    """The smallest threshold from which on no week's average exceeds ``capacity``.

    From which on: far down, where everybody is ready all the time, hardly anybody
    becomes so, and there are few handoffs again. None if even the highest is too low.
    """
    found = None
    for point in reversed(curve):
        if point["per_week"] > capacity:
            break
        found = point["threshold"]
    return found


def _of_model(
    numbers: Mapping[str, Any], threshold: float, terms: Terms, *, outcomes: int
) -> dict[str, Any]:
    tallies = {float(score): tally for score, tally in numbers["scores"].items()}
    everybody = sum(sum(tally) for tally in tallies.values())
    hits = Hits(
        taken=numbers["judged"],
        hits=numbers["hits"],
        positives=sum(tally[1] for tally in tallies.values()),
        all=everybody,
    )
    handoffs = sum(numbers["weeks"])
    return {
        "threshold": threshold,
        "handoffs": handoffs,
        "per_week": handoffs / terms.weeks,
        "judged": numbers["judged"],
        "hits": numbers["hits"],
        "precision": hits.precision,
        "precision_interval": list(hits.precision_interval),
        "base_rate": hits.base_rate,
        "lift": hits.lift,
        "caught": numbers["caught"],
        "recall": numbers["caught"] / outcomes if outcomes else None,
        "scored": everybody,
        "auc": auc_of(tallies),
        "roc": [
            [p.threshold, p.false_positive_rate, p.true_positive_rate]
            for p in thinned(points_of(tallies))
        ],
        "calibration": [
            _as_json(one) for one in bins_of(tallies, edges=_edges(threshold))
        ],
    }


def _edges(threshold: float) -> list[float]:
    return [threshold * step / BINS for step in range(1, 2 * BINS + 1)]


def _as_json(one: CalibrationBin) -> dict[str, Any]:
    return {
        "from": one.low,
        "to": one.high,
        "contacts": one.count,
        "with_outcome": one.positives,
        "share": one.share,
        "interval": list(one.interval),
    }


def _led(whose: str, led: Sequence[Any] | None) -> dict[str, Any]:
    """When that model handed a customer off, and whether that was in time."""
    return {whose: led[0] if led else None, f"{whose}_caught": bool(led and led[1])}


def _weeks(state: Mapping[str, Any], terms: Terms) -> list[dict[str, Any]]:
    draft, *live = (numbers["weeks"] for numbers in state["models"])
    return [
        {
            "from": (terms.since + place * WEEK).isoformat(),
            "days": min(WEEK, terms.until - terms.since - place * WEEK)
            / timedelta(days=1),
            "draft": count,
            "live": live[0][place] if live else None,
        }
        for place, count in enumerate(draft)
    ]


def _on_curve(
    threshold: float, numbers: Sequence[int], terms: Terms, *, outcomes: int
) -> dict[str, Any]:
    handoffs, judged, hits, caught = numbers
    return {
        "threshold": threshold,
        "handoffs": handoffs,
        "per_week": handoffs / terms.weeks,
        "precision": hits / judged if judged else None,
        "recall": caught / outcomes if outcomes else None,
    }
