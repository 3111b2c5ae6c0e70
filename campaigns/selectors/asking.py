"""Which questions a form asks this visitor."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from campaigns.fields import Field
from campaigns.models import Form, FormSubmission
from journeys.models import Visitor

# What one has typed lately is enough to go by.
LATEST = 50


def answered_by(form: Form, visitor: Visitor | None) -> set[str]:
    """Names of the fields that this browser has filled in before, in any form.

    By what this visitor typed only, whoever the contact is: a form must tell nobody
    what we know about somebody. One query, none where it does not matter.
    """
    if visitor is None or not form.asks_at_once:
        return set()
    rows = FormSubmission.objects.filter(visitor=visitor, machine_reason="")
    typed = rows.order_by("-at", "-pk").values_list("values", flat=True)[:LATEST]
    return {name for values in typed for name in values}


def fields_to_ask(
    form: Form, fields: Sequence[Field], *, answered: Collection[str]
) -> list[Field]:
    """The address, and of the rest the first few that are not answered yet."""
    if not form.asks_at_once:
        return list(fields)
    new = [one for one in fields if one.name != "email" and one.name not in answered]
    asked = {"email", *(one.name for one in new[: form.asks_at_once])}
    return [one for one in fields if one.name in asked]
