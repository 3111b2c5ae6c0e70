"""Colors of public pages: can white text be read on them? Pure."""

from __future__ import annotations

import re

COLOR = re.compile(r"#[0-9a-f]{6}")
WHITE = "#ffffff"
# WCAG 2.2, 1.4.3: text of usual size.
READABLE = 4.5


def contrast(one: str, other: str) -> float:
    """Ratio of two colors "#rrggbb", from 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def darker(color: str) -> str:
    """The color for what is pointed at: a fifth less of everything."""
    return "#" + "".join(f"{int(part * 0.8):02x}" for part in _parts(color))


def _luminance(color: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _parts(color: str) -> list[int]:
    return [int(color[start : start + 2], 16) for start in (1, 3, 5)]
