"""Pictures of what was learned, as SVG files of their own. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from scoring.calibration import CalibrationBin
from scoring.roc import RocPoint

INK, GRAY, BLUE, BAD = "#1c2421", "#55605a", "#1d5a8a", "#a3311a"
SIDE, EDGE = 320, 44


def roc_picture(points: Iterable[RocPoint], *, title: str) -> str:
    """How many with the outcome are reached for how many without, from the top down."""

    def at(right: float, up: float) -> str:
        return f"{EDGE + right * SIDE:.1f},{EDGE + (1 - up) * SIDE:.1f}"

    line = " ".join(
        at(point.false_positive_rate, point.true_positive_rate) for point in points
    )
    marks = [
        (
            f'<polyline points="{at(0, 0)} {at(1, 1)}" fill="none" stroke="{GRAY}" '
            'stroke-dasharray="4 4"/>'
        ),
        f'<polyline points="{line}" fill="none" stroke="{BLUE}" stroke-width="2"/>',
        *_frame("without the outcome", "with the outcome"),
    ]
    return _svg(SIDE + 2 * EDGE, SIDE + 2 * EDGE, title, marks)


def share_picture(bins: Sequence[CalibrationBin], *, title: str) -> str:
    """Of each range of scores, the share with the outcome and its 95 % interval."""
    wide = SIDE / len(bins)
    marks = []
    for place, one in enumerate(bins):
        left = EDGE + place * wide
        top = EDGE + (1 - one.share) * SIDE
        middle = left + wide / 2
        low, high = (EDGE + (1 - end) * SIDE for end in one.interval)
        name = f"from {one.low:g}" if one.low is not None else f"to {one.high:g}"
        marks += [
            (
                f'<rect x="{left + 3:.1f}" y="{top:.1f}" width="{wide - 6:.1f}" '
                f'height="{EDGE + SIDE - top:.1f}" fill="{BLUE}"/>'
            ),
            (
                f'<line x1="{middle:.1f}" x2="{middle:.1f}" y1="{low:.1f}" '
                f'y2="{high:.1f}" stroke="{INK}"/>'
            ),
            _text(middle, EDGE + SIDE + 14, name, size=10),
            _text(middle, min(low, high, top) - 4, f"{one.share:.0%}", size=10),
        ]
    marks += _frame("", "")
    return _svg(SIDE + 2 * EDGE, SIDE + 2 * EDGE, title, marks)


def rules_picture(
    rules: Sequence[Mapping[str, Any]],
    evidence: Sequence[Mapping[str, Any]],
    *,
    title: str,
) -> str:
    """A line for each rule: its points, and between which they may be."""
    names, width, high = 400, 300, 24
    ends = [0, *(one[end] for one in evidence for end in ("points_low", "points_high"))]
    low, span = min(ends), max(ends) - min(ends) or 1

    def x(points: float) -> float:
        return names + (points - low) / span * width

    bottom = 40 + high * len(rules)
    marks = [
        f'<line x1="{x(0):.1f}" x2="{x(0):.1f}" y1="32" y2="{bottom}" stroke="{GRAY}"/>'
    ]
    for place, (rule, one) in enumerate(zip(rules, evidence, strict=True)):
        y = 48 + high * place
        color = BLUE if rule["points"] > 0 else BAD
        marks += [
            _text(names - 16, y + 4, rule["name"], anchor="end"),
            (
                f'<line x1="{x(one["points_low"]):.1f}" x2="{x(one["points_high"]):.1f}" '
                f'y1="{y}" y2="{y}" stroke="{color}" stroke-width="2"/>'
            ),
            f'<circle cx="{x(rule["points"]):.1f}" cy="{y}" r="4" fill="{color}"/>',
            _text(names + width + 36, y + 4, f"{rule['points']:+d}", anchor="end"),
        ]
    return _svg(names + width + 48, bottom + 12, title, marks)


def _frame(below: str, beside: str) -> list[str]:
    bottom, right = EDGE + SIDE, EDGE + SIDE
    found = [
        f'<line x1="{EDGE}" x2="{right}" y1="{bottom}" y2="{bottom}" stroke="{INK}"/>',
        f'<line x1="{EDGE}" x2="{EDGE}" y1="{EDGE}" y2="{bottom}" stroke="{INK}"/>',
        _text(EDGE - 6, EDGE + 4, "100 %", anchor="end", size=10),
        _text(EDGE - 6, bottom, "0", anchor="end", size=10),
    ]
    if below:
        found += [
            _text(right, bottom + 14, "100 %", anchor="end", size=10),
            _text(EDGE + SIDE / 2, bottom + 28, below),
            _text(EDGE + 8, EDGE + 12, beside, anchor="start"),
        ]
    return found


def _text(
    x: float, y: float, words: str, *, anchor: str = "middle", size: int = 12
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{INK}">{escape(words)}</text>'
    )


def _svg(width: float, height: float, title: str, marks: Iterable[str]) -> str:
    title = escape(title)
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
                f'width="{width}" height="{height}" role="img" aria-label="{title}" '
                'font-family="Inter, system-ui, sans-serif">'
            ),
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            _text(16, 20, title, anchor="start"),
            *marks,
            "</svg>\n",
        ]
    )
