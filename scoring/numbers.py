"""Numbers in text fields, as people write them."""

from __future__ import annotations

from django.utils.formats import number_format


def number(text: str) -> float | int | str | None:
    """A number as typed, with comma or point; None for nothing, the text for none."""
    text = text.strip().replace(",", ".").replace("−", "-")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value


def shown(value: float | None) -> str:
    """As it is typed: "30", "2.5", "2,5" in German."""
    return "" if value is None else number_format(f"{value:g}", force_grouping=False)
