"""What was acknowledged, and whether a mail left in spite of it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock

from campaigns.models import Message
from contacts.gate import Purpose


@dataclass(frozen=True, slots=True)
class _Promise:
    """No more of marketing's mails to the contact than had passed by then."""

    contact_id: int
    what: str
    passed: frozenset[int]


class Ledger:
    """Promises that no more mails go to a contact: by whom they were made, and kept.

    A mail that passes its point of no return in the moment between an act's commit and
    the look that follows it counts as having passed before.
    """

    def __init__(self) -> None:
        self.broken: list[str] = []
        self._promises: dict[Hashable, _Promise] = {}
        self._lifted: set[Hashable] = set()
        self._not_to_be_called: set[int] = set()
        self._lock = Lock()

    def promise(self, key: Hashable, *, contact_id: int, what: str) -> None:
        """From now on; unless somebody has begun to lift it."""
        passed = _passed(contact_id)
        with self._lock:
            if key not in self._lifted:
                self._promises.setdefault(key, _Promise(contact_id, what, passed))

    def lift(self, key: Hashable) -> None:
        """Somebody is about to allow mails again: up to here it must have been kept."""
        with self._lock:
            self._lifted.add(key)
            promise = self._promises.pop(key, None)
        if promise is not None:
            self._look(promise)

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
        late = _passed(promise.contact_id) - promise.passed
        for pk in sorted(late):
            self.broken.append(
                f"Contact {promise.contact_id}: message {pk} left after {promise.what}."
            )


def _passed(contact_id: int) -> frozenset[int]:
    rows = Message.objects.filter(
        contact=contact_id, purpose=Purpose.MARKETING, transmitted_at__isnull=False
    )
    return frozenset(rows.values_list("pk", flat=True))
