"""What an offer comes to. Exact, in cents; halves are rounded up. No database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Totals:
    """``lines`` before and ``net`` after the discount on all; ``total`` with tax."""

    lines: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    total: Decimal


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def line_total(quantity: Decimal, unit_price: Decimal, discount: Decimal) -> Decimal:
    """What a line comes to; ``discount`` in per cent. Rounded once, at the end."""
    return cents(quantity * unit_price * (HUNDRED - discount) / HUNDRED)


def totals_of(
    lines: Iterable[Decimal], *, discount: Decimal, tax_rate: Decimal
) -> Totals:
    """Of lines as ``line_total`` gives them; both rates in per cent.

    What is printed adds up: each of the sums is rounded before it is used.
    """
    together = sum(lines, Decimal(0))
    off = cents(together * discount / HUNDRED)
    net = together - off
    tax = cents(net * tax_rate / HUNDRED)
    return Totals(together, off, net, tax, net + tax)
