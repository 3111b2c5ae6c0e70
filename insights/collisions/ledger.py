"""What was acknowledged, and whether a mail left in spite of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from threading import Lock, RLock

from django.db.models import Q

from campaigns.models import Message
from contacts.gate import Purpose
from contacts.models import Contact

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Promise:
    """No more of marketing's mails to the contact than had passed by then."""

    contact_id: int
    # Whoever is merged into somebody else leaves their address and their mails behind.
    address: str
    what: str
    passed: frozenset[int]


class Ledger:
    """Promises that no more mails go to a contact: by whom they were made, and kept.

    A mail that passes its point of no return in the moment between an act's commit and
    the look that follows it counts as having passed before.
    """

    def __init__(self) -> None:
        self.broken: list[str] = []
        self._promises: dict[Key, _Promise] = {}
        self._lifted: set[Key] = set()
        self._not_to_be_called: set[int] = set()
        self._lock = Lock()
        # Held by who merges, and by who looks what there is to promise.
        self.merging = RLock()

    def promise(self, key: Key, *, contact_id: int, what: str) -> None:
        """From now on; unless somebody has begun to lift it."""
        contact = Contact.everyone.get(pk=contact_id)
        passed = _passed(contact_id, contact.email)
        made = _Promise(contact_id, contact.email, what, passed)
        with self._lock:
            if key not in self._lifted:
                self._promises.setdefault(key, made)

    def lift(self, key: Key) -> None:
        """Somebody is about to allow mails again: up to here it must have been kept."""
        with self._lock:
            self._lifted.add(key)
            promise = self._promises.pop(key, None)
        if promise is not None:
            self._look(promise)

    def suspend(self, contact_ids: Collection[int], *, but: str) -> None:
        """They are about to be merged, or taken apart: kept up to here, they end.

        All but those whose key begins with ``but``. Who holds afterward is promised anew.
        """
        with self._lock:
            ended = [
                key
                for key, promise in self._promises.items()
                if promise.contact_id in contact_ids and key[0] != but
            ]
            promises = [self._promises.pop(key) for key in ended]
        for promise in promises:
            self._look(promise)

    def has_promised(self, key: Key) -> bool:
        return key in self._promises

    def forbid_calls(self, contact_id: int) -> None:
        self._not_to_be_called.add(contact_id)

    def are_calls_forbidden(self, contact_id: int) -> bool:
        return contact_id in self._not_to_be_called

    def settle(self) -> None:
        """All is over: look whether what was promised has been kept to the end."""
        for promise in self._promises.values():
            self._look(promise)
        self._promises.clear()
        self._lifted.clear()
        self._not_to_be_called.clear()

    def _look(self, promise: _Promise) -> None:
        late = _passed(promise.contact_id, promise.address) - promise.passed
        for pk in sorted(late):
            self.broken.append(
                f"Contact {promise.contact_id}: message {pk} left after {promise.what}."
            )


def _passed(contact_id: int, address: str) -> frozenset[int]:
    to_them = Q(copy__recipient=address) | Q(copy=None, contact=contact_id)
    rows = Message.objects.filter(
        to_them, purpose=Purpose.MARKETING, transmitted_at__isnull=False
    )
    return frozenset(rows.values_list("pk", flat=True))
