"""Amounts of the firm's currency, as people write them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.utils.formats import number_format

from leadhub.moments import NARROW

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}


def money_text(
    amount: Decimal | None, *, places: int | None = None, currency: str = ""
) -> str:
    """ "12,400 €", "12,399.50 €": cents only where there are any, or as ``places`` says.

    ``currency`` is the firm's unless told; None is no amount at all: "–".
    """
    if amount is None:
        return "–"
    if places is None:
        places = 0 if amount == amount.to_integral_value() else 2
    code = currency or settings.CURRENCY
    # Rounded here: number_format cuts.
    exact = Decimal(amount).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = number_format(exact, decimal_pos=places, force_grouping=True)
    return f"{text}{NARROW}{SYMBOLS.get(code, code)}"
