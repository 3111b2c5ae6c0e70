"""What was typed counts, now that it is shown to come from the contact."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.fields import data_of
from campaigns.models import FormSubmission
from contacts.models import Contact, Proposal
from contacts.services.contacts import update_contact
from leadhub.errors import DomainError


@transaction.atomic
def apply_submission(*, submission: FormSubmission, source: str, at: datetime) -> None:
    """Give the contact the values of this submission, and of no other.

    One that it cannot have, such as another one's customer number, is left out. Of a
    company only the name is taken: forms do not change companies. What was proposed
    by it is settled; what somebody typed later is not.
    """
    contact = submission.contact
    if contact is None or submission.made_contact:
        return
    data = data_of(submission.values, submission.values)
    data.pop("email", None)
    if "company" in data:
        data["company"] = {"name": data["company"].get("name", "")}
        if not data["company"]["name"]:
            del data["company"]
    if data:
        _update(contact, data, source=source, at=at)
    settled = [f"custom.{key}" for key in data.get("custom", {})]
    settled += [name for name in data if name != "custom"]
    Proposal.objects.open().filter(
        contact=contact, field__in=settled, at__lte=submission.at
    ).update(decision=Proposal.Decision.ACCEPTED, decided_at=at)


def _update(
    contact: Contact, data: dict[str, Any], *, source: str, at: datetime
) -> None:
    """All at once; if that is refused, one by one, as far as it goes."""
    try:
        update_contact(contact=contact, data=data, by=None, at=at, source=source)
    except DomainError:
        for part in _parts(data):
            try:
                update_contact(
                    contact=contact, data=part, by=None, at=at, source=source
                )
            except DomainError:
                continue


def _parts(data: dict[str, Any]) -> list[dict[str, Any]]:
    custom = data.get("custom", {})
    parts = [{name: value} for name, value in data.items() if name != "custom"]
    return parts + [{"custom": {key: value}} for key, value in custom.items()]
