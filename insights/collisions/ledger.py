"""What was acknowledged, and whether a mail left in spite of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, RLock

from campaigns.models import Message
from contacts.gate import Purpose
from contacts.models import Contact
from leadhub.errors import DomainError

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Mail:
    """One that has left."""

    pk: int
    contact_id: int
    # Whoever is merged into somebody else leaves their address and their mails behind.
    address: str
    purpose: str
    by_id: int | None


@dataclass(frozen=True, slots=True)
class Promise:
    """No more mails to these contacts than had passed by then.

    None of marketing's; if it is ``only_by`` somebody, none of their colleagues' either.
    """

    contact_ids: frozenset[int]
    addresses: frozenset[str]
    what: str
    passed: frozenset[int]
    only_by: int | None = None

    def broken_by(self, mails: Iterable[Mail]) -> Iterator[str]:
        """``mails``: to these contacts."""
        for mail in mails:
            if mail.pk not in self.passed and self._is_against(mail):
                whom = min(self.contact_ids)
                yield f"Contact {whom}: message {mail.pk} left after {self.what}."

    def _is_against(self, mail: Mail) -> bool:
        if mail.purpose == Purpose.MARKETING:
            return True
        is_a_colleagues = mail.by_id not in (None, self.only_by)
        return self.only_by is not None and is_a_colleagues


class Ledger:
    """Promises that no more mails go to some of ``people``: made, and kept.

    A mail that passes its point of no return in the moment between an act's commit and
    the look that follows it counts as having passed before.
    """

    def __init__(self, people: Collection[Contact]) -> None:
        self.broken: list[str] = []
        self._people = frozenset(contact.pk for contact in people)
        # They keep them: no merge of a scene takes the other's.
        self._addresses = {contact.pk: contact.email for contact in people}
        self._promises: dict[Key, Promise] = {}
        self._lifted: Counter[Key] = Counter()
        self._not_to_be_called: set[int] = set()
        self._lock = Lock()
        # Held by who merges, and by who looks what there is to promise.
        self.merging = RLock()

    def promise(
        self,
        key: Key,
        *,
        contact_ids: Collection[int],
        what: str,
        only_by: int | None = None,
    ) -> None:
        """From now on; unless somebody has begun to lift it."""
        if key in self._promises or self._lifted[key] > 0:
            return
        made = Promise(
            contact_ids=frozenset(contact_ids),
            addresses=frozenset(self._addresses[pk] for pk in contact_ids),
            what=what,
            passed=frozenset(mail.pk for mail in left(self._people)),
            only_by=only_by,
        )
        with self._lock:
            if self._lifted[key] <= 0:
                self._promises.setdefault(key, made)

    @contextmanager
    def lifting(self, *keys: Key) -> Iterator[None]:
        """Somebody is about to allow mails again: up to here it must have been kept.

        If the product refuses that, it may be promised anew.
        """
        with self._lock:
            self._lifted.update(keys)
            found = [self._promises.pop(key, None) for key in keys]
        promises = [promise for promise in found if promise is not None]
        self.broken += broken(promises, people=self._people)
        try:
            yield
        except DomainError:
            self.keep(*keys)
            raise

    def keep(self, *keys: Key) -> None:
        """They were not lifted after all."""
        with self._lock:
            self._lifted.subtract(keys)

    def suspend(self, contact_ids: Collection[int], *, but: Collection[str]) -> None:
        """They are about to be merged, or taken apart: kept up to here, they end.

        All but those whose key begins with one of ``but``. Who holds afterward is
        promised anew.
        """
        with self._lock:
            ended = [
                key
                for key, promise in self._promises.items()
                if not promise.contact_ids.isdisjoint(contact_ids) and key[0] not in but
            ]
            promises = [self._promises.pop(key) for key in ended]
        self.broken += broken(promises, people=self._people)

    def has_promised(self, key: Key) -> bool:
        return key in self._promises

    def standing(self) -> list[Promise]:
        """What is still to be kept."""
        return list(self._promises.values())

    def forbid_calls(self, contact_id: int) -> None:
        self._not_to_be_called.add(contact_id)

    def are_calls_forbidden(self, contact_id: int) -> bool:
        return contact_id in self._not_to_be_called


def broken(promises: Collection[Promise], *, people: Collection[int]) -> list[str]:
    """A sentence for each mail to one of ``people`` that left in spite of one."""
    if not promises:
        return []
    of_address: dict[str, list[Mail]] = defaultdict(list)
    of_contact: dict[int, list[Mail]] = defaultdict(list)
    for mail in left(people):
        if mail.address:
            of_address[mail.address].append(mail)
        else:
            of_contact[mail.contact_id].append(mail)
    return [
        sentence
        for promise in promises
        for mails in (
            *(of_address[address] for address in promise.addresses),
            *(of_contact[pk] for pk in promise.contact_ids),
        )
        for sentence in promise.broken_by(mails)
    ]


def left(people: Collection[int]) -> list[Mail]:
    """The mails to these that have passed their point of no return."""
    rows = Message.objects.filter(contact__in=people, transmitted_at__isnull=False)
    fields = ("pk", "contact_id", "copy__recipient", "purpose", "by_id")
    return [
        Mail(pk, contact_id, address or "", purpose, by_id)
        for pk, contact_id, address, purpose, by_id in rows.values_list(*fields)
    ]
