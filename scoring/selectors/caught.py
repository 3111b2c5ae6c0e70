"""The people in the result of a backtest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contacts.models import Contact


def names_of(result: Mapping[str, Any] | None) -> dict[int, str]:
    """Contact's number -> name as it is now, also of those merged since. One query.

    Results keep numbers alone: who was erased since has no name any more.
    """
    numbers = [line["contact"] for line in (result or {}).get("customers", ())]
    return {
        contact.pk: str(contact) for contact in Contact.everyone.filter(pk__in=numbers)
    }
