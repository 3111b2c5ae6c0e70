"""Amounts in templates."""

from __future__ import annotations

from decimal import Decimal

from django import template

from leadhub.money import money_text

register = template.Library()


@register.filter
def money(amount: Decimal | None, places: int | None = None) -> str:
    """``{{ deal.value|money }}``; ``money:0`` without cents, ``money:2`` always with."""
    return money_text(amount, places=places)
