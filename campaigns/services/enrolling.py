"""Letting many contacts into a sequence at once, as somebody has selected them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models import Sequence
from campaigns.services.enrollments import enroll_contacts
from contacts.models import Contact
from leadhub.errors import DomainError

CHUNK = 500
# More is a matter for a segment that lets them in.
AT_MOST = 20_000


class TooMany(DomainError):
    code = "too_many"


@dataclass(frozen=True, slots=True)
class Entered:
    """How many of the selected are in it now, and how many were or had been already."""

    new: int
    known: int


def enroll_selected(
    *, sequence: Sequence, contact_ids: Collection[int], by: User, at: datetime
) -> Entered:
    """``enroll_contacts``, 500 to a transaction; a repeat finishes what was begun.

    Raises ``TooMany``, ``NotActive``.
    """
    if len(contact_ids) > AT_MOST:
        sentence = _("At most %(most)s contacts can be added at a time.")
        raise TooMany(sentence % {"most": AT_MOST})
    ids, new = sorted(contact_ids), 0
    for start in range(0, len(ids), CHUNK):
        contacts = list(Contact.objects.filter(pk__in=ids[start : start + CHUNK]))
        entered = enroll_contacts(
            sequence=sequence, contacts=contacts, source="by hand", by=by, at=at
        )
        new += len(entered)
    return Entered(new=new, known=len(ids) - new)
