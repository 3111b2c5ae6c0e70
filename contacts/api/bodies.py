"""REST: what bodies about contacts may hold, read as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request

from contacts.faults import InvalidContact, UnknownField
from contacts.services.contacts import ContactOutcome
from leadhub.errors import InvalidValue
from leadhub.rest.fields import refuse_changes

WRITABLE = {
    "email",
    "first_name",
    "last_name",
    "phone",
    "job_title",
    "company",
    "owner",
    "tags",
    "language",
    "timezone",
    "source",
    "custom",
}
# May be sent back as they came, to where they came from.
READ_ONLY = {"id", "created_at", "updated_at", "score", "phase"}
MAX_ITEMS = 1000


def items_of(body: Any) -> list[Any]:
    """The items of a batch, each as the verbs take it. Raises ``InvalidValue``."""
    if not isinstance(body, dict) or not isinstance(body.get("items"), list):
        raise InvalidValue(_("This must be a list."), attr="items")
    if unknown := sorted(set(body) - {"items"}):
        raise UnknownField(_("There is no such field."), attr=unknown[0][:80])
    if len(body["items"]) > MAX_ITEMS:
        sentence = _("At most %(count)s items.") % {"count": MAX_ITEMS}
        raise InvalidValue(sentence, attr="items")
    return [lenient(item) for item in body["items"]]


def writable(body: Any, shown: Mapping[str, Any]) -> dict[str, Any]:
    """What of ``body`` is to be written to the contact that is ``shown`` so far.

    Raises ``InvalidValue``, ``ValidationError``.
    """
    if not isinstance(body, dict):
        raise InvalidValue(_("This must be an object."))
    faults: list[InvalidValue] = [
        UnknownField(_("There is no such field."), attr=name[:80])
        for name in sorted(set(body) - WRITABLE - READ_ONLY)
    ]
    if faults:
        raise InvalidContact(faults)
    refuse_changes(body, READ_ONLY, shown)
    return {name: value for name, value in body.items() if name in WRITABLE}


def lenient(item: Any) -> Any:
    """An item of a batch as it is; what is not written is left for its errors."""
    if not isinstance(item, dict):
        return item
    return {
        # A verb's own key is no field of the API.
        name if name in WRITABLE else f"{name} ": value
        for name, value in item.items()
    }


def outcome_json(index: int, outcome: ContactOutcome) -> dict[str, Any]:
    return {
        "index": index,
        "result": outcome.result,
        "id": outcome.contact.pk if outcome.contact else None,
        "errors": [
            {
                "code": error.code,
                "detail": str(error),
                "attr": getattr(error, "attr", None),
            }
            for error in outcome.errors
        ],
    }


def source_of(request: Request) -> str:
    """The token's name, or "browser"."""
    return getattr(request.auth, "name", "browser")
