"""Small charts drawn by the server as SVG; large ones are drawn by charts.js."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from leadhub.templatetags.ui import grouped

register = template.Library()

WIDTH, HEIGHT = 420, 130
LEFT, RIGHT, TOP, BOTTOM = 30, 8, 16, 18
# Of the parts of a column, from the bottom up.
COLORS = ("c1", "c2", "c3", "c4")


@dataclass(frozen=True)
class Plane:
    """Where values stand in the picture; y grows downwards."""

    x_max: float
    y_max: float
    x_min: float = 0
    y_min: float = 0

    def x(self, value: float) -> float:
        span = (self.x_max - self.x_min) or 1
        width = WIDTH - LEFT - RIGHT
        return round(LEFT + (value - self.x_min) / span * width, 1)

    def y(self, value: float) -> float:
        span = (self.y_max - self.y_min) or 1
        height = HEIGHT - TOP - BOTTOM
        return round(HEIGHT - BOTTOM - (value - self.y_min) / span * height, 1)


def _known(number: float | str | None) -> float | None:
    """A template writes "" for what it does not find."""
    return None if number is None or number == "" else float(number)


@register.simple_tag
def share_bar(share: float | None) -> SafeString:
    """A bar filled from the left by ``share`` (0 to 1). Decoration beside its number."""
    filled = max(0.0, min(1.0, float(share or 0))) * 100
    return format_html(
        '<svg class="lh-bar-svg" viewBox="0 0 100 10" preserveAspectRatio="none" '
        'aria-hidden="true" focusable="false">'
        '<rect class="is-rest" width="100" height="10"/>'
        '<rect class="is-part" width="{}" height="10"/></svg>',
        f"{filled:.2f}",
    )


@register.inclusion_tag("_ui/sparkline.html")
def sparkline(
    rows: Sequence[tuple[Any, float]],
    label: str,
    threshold: float | None = None,
    *,
    with_table: bool = True,
) -> dict[str, Any]:
    """A line over equal steps. ``rows``: (name, value), oldest first.

    ``label`` is a sentence with the finding; without ``with_table`` its rows
    stand in a table of the page.
    """
    threshold = _known(threshold)
    values = [value for _, value in rows]
    top = max([*values, threshold or 0, 1])
    if not threshold:
        top *= 1.2  # there the last value has its place
    plane = Plane(x_max=max(len(values) - 1, 1), y_max=top, y_min=min([*values, 0]))
    points = [(plane.x(i), plane.y(value)) for i, value in enumerate(values)]
    return {
        "rows": rows,
        "label": label,
        "with_table": with_table,
        "line": " ".join(f"{x},{y}" for x, y in points),
        "last": points[-1] if points else None,
        # A threshold is what the values are read against; else they say themselves.
        "ends": () if threshold else _ends(points, values),
        "plane": _edges(plane),
        "threshold": _level(plane, threshold),
        "first_name": rows[0][0] if rows else "",
        "last_name": rows[-1][0] if rows else "",
    }


@register.inclusion_tag("_ui/histogram.html")
def histogram(
    bins: Sequence[tuple[float, float, int]],
    label: str,
    threshold: float | None = None,
    head: Sequence[str] = (),
    handle: str = "",
) -> dict[str, Any]:
    """Bars over ``bins``: (from, to, count), from left to right without gaps.

    Bars from the threshold on are hot. ``label`` is a sentence with the finding.
    ``handle`` names the threshold as something to drag: scoring.js moves it.
    """
    threshold = _known(threshold)
    tallest = max((count for _, _, count in bins), default=0) or 1
    lowest = bins[0][0] if bins else 0
    plane = Plane(x_min=lowest, x_max=bins[-1][1] if bins else 1, y_max=tallest)
    bars = [
        {
            "x": plane.x(start),
            "y": plane.y(count),
            "width": round(max(plane.x(end) - plane.x(start) - 1, 0.5), 1),
            "height": round(plane.y(0) - plane.y(count), 1),
            "is_ready": threshold is not None and start >= threshold,
            "start": start,
            "end": end,
            "count": count,
            "middle": round((plane.x(start) + plane.x(end)) / 2, 1),
        }
        for start, end, count in bins
    ]
    level = None
    if threshold is not None and lowest <= threshold <= plane.x_max:
        level = {"x": plane.x(threshold), "value": threshold}
    return {
        "bars": bars,
        "label": label,
        "head": head,
        "tallest": tallest,
        "plane": _edges(plane),
        "ticks": _ticks(plane),
        "threshold": level,
        "scale": {"from": lowest, "to": plane.x_max},
        "handle": handle,
    }


@register.inclusion_tag("_ui/columns.html")
def columns(
    names: Sequence[str],
    series: Sequence[dict[str, Any]],
    label: str,
    head: str = "",
) -> dict[str, Any]:
    """Columns whose parts stand on each other, one for each of ``names``.

    ``series``: at most four of {"label", "counts", "total"}; the first stands below.
    ``label`` is a sentence with the finding; ``head`` is over the names in the table.
    """
    totals = [
        sum(counts) for counts in zip(*(row["counts"] for row in series), strict=False)
    ]
    step = _round_step(max(totals, default=0))
    plane = Plane(
        x_max=len(names) or 1, y_max=max(step * 3, _up(max(totals, default=0), step))
    )
    wide = WIDTH / max(len(names), 1)
    every = max(1, round(44 / wide)) if wide < 44 else 1
    bars = []
    for place, (name, total) in enumerate(zip(names, totals, strict=True)):
        left, right = plane.x(place), plane.x(place + 1)
        width = round(min((right - left) * 0.7, 48), 1)
        middle = round((left + right) / 2, 1)
        parts, below = [], 0
        for color, row in zip(COLORS, series, strict=False):
            low, high = plane.y(below), plane.y(below + row["counts"][place])
            parts.append({"color": color, "y": high, "height": round(low - high, 1)})
            below += row["counts"][place]
        bars.append(
            {
                "name": name,
                "x": round(middle - width / 2, 1),
                "middle": middle,
                "width": width,
                "total": total,
                "top": plane.y(total) - 4,
                "parts": parts,
                "says_name": (len(names) - 1 - place) % every == 0,
                "says_total": total and wide >= 28,
            }
        )
    values = range(0, int(plane.y_max) + 1, step)
    return {
        "bars": bars,
        "lines": [{"y": plane.y(value), "value": value} for value in values],
        "series": [
            row | {"color": color} for color, row in zip(COLORS, series, strict=False)
        ],
        "label": label,
        "head": head,
        "plane": _edges(plane),
    }


def _round_step(most: float) -> int:
    """A step of 1, 2, 5, 10, ... of which three or four reach ``most``."""
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if step * 4 >= most:
                return step
        size *= 10


def _ends(points: Sequence[tuple[float, float]], values: Sequence[float]) -> list[Any]:
    """The first and the last value, each over its point."""
    ends = [(0, "start"), (-1, "end")] if len(points) > 1 else []
    return [
        {
            "x": points[place][0],
            "y": round(points[place][1] - 7, 1),
            "anchor": anchor,
            "value": _short(values[place]),
        }
        for place, anchor in ends
    ]


def _short(value: float) -> str:
    """ "77,253", "12.5", "0"."""
    return grouped(value, 0 if abs(value) >= 100 or value == int(value) else 1)


def _ticks(plane: Plane) -> list[dict[str, Any]]:
    """Round numbers below the axis, as many as have room; wherever bars begin."""
    step = _round_step((plane.x_max - plane.x_min) / 2)
    first = _up(plane.x_min, step)
    return [
        {
            "x": plane.x(value),
            "anchor": "end" if plane.x_max - value < step / 4 else "middle",
            "name": str(value).replace("-", "−"),
        }
        for value in range(first, int(plane.x_max) + 1, step)
    ]


def _up(value: float, step: int) -> int:
    return ceil(value / step) * step


def _edges(plane: Plane) -> dict[str, float]:
    return {
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "top": TOP,
        "zero": plane.y(max(plane.y_min, 0)),
        "bottom": HEIGHT - BOTTOM,
        "width": WIDTH,
        "height": HEIGHT,
    }


def _level(plane: Plane, threshold: float | None) -> dict[str, float] | None:
    if threshold is None:
        return None
    return {"y": plane.y(threshold), "value": threshold}
