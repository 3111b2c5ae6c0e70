"""What the pages about learned weights say in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from leadhub.templatetags.ui import grouped

register = template.Library()


@register.filter
def hundredth(share: float | None) -> str:
    """0.8745 as "87", of 100; less than one with a place: "0.5"."""
    if share is None:
        return "–"
    return grouped(share * 100, 0 if share >= 0.0095 else 1)


@register.filter
def had_share(result: Mapping[str, Any]) -> float:
    """Of the contacts learned from, how many had the outcome."""
    return result["with_outcome"] / result["n"]
