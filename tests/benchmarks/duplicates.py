"""Looking for people who are there twice: all of them, and who looks like one of them.

Goal (ours): at 100,000 contacts all pairs are found in 3 s, and ten times as many contacts
take at most thirty times as long; comparing each with each would take a hundred times.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from time import perf_counter

from django.db import connection
from django.utils import timezone

from contacts.duplicates import likely_pairs, pairs_of
from contacts.models import Company, Contact
from tests.benchmarks._report import SIZE, percentile, within
from tests.benchmarks.contact_list import CHUNK, FIRST, LAST

ON = ("postgresql", "sqlite")
# Of so many one is there once more, by one sign or another.
ONCE_IN = 20
ROUNDS = 5
LOOKED_AT = 200
GOAL_SECONDS, GOAL_TIMES, GOAL_MS = 3, 30, 20


def run() -> bool:
    """Search among a tenth first, then among all of them."""
    fill(0, SIZE // 10)
    few = _shortest(likely_pairs)
    fill(SIZE // 10, SIZE)
    many = _shortest(likely_pairs)
    pairs = f"{len(likely_pairs()):,} pairs"
    of_one = [_milliseconds(lambda c=c: pairs_of(c)) for c in _some()]
    return all(
        [
            within("all duplicates", many, most=GOAL_SECONDS, unit="s", limit=pairs),
            within("the same, times a tenth", many / few, most=GOAL_TIMES, unit="x"),
            within(
                "duplicates of one contact, p95",
                percentile(of_one, 95),
                most=GOAL_MS,
                unit="ms",
            ),
        ]
    )


def fill(start: int, end: int) -> None:
    """Contacts ``start`` to ``end``, with phones, companies and doubles of some."""
    random, now = Random(start), timezone.now()
    companies = Company.objects.bulk_create(
        Company(name=f"Firm {n}", name_key=f"firm {n}", domain=f"firm{n}.example")
        for n in range(start // 10, end // 10)
    )
    made: list[Contact] = []
    for n in range(start, end):
        contact = Contact(
            email=f"c{n}@example.com",
            first_name=random.choice(FIRST),
            last_name=f"{random.choice(LAST)} {n}",
            phone=f"+4930{n:07d}",
            company=random.choice(companies),
            created_at=now,
            updated_at=now,
        )
        if made and n % ONCE_IN == 0:
            _double(contact, made[n - start - 1], random.randrange(3))
        contact.email_key = contact.email
        contact.refresh_keys()
        made.append(contact)
    Contact.objects.bulk_create(made, batch_size=CHUNK)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE contacts_contact, contacts_company")


def _double(contact: Contact, other: Contact, sign: int) -> None:
    if sign == 0:
        contact.email = other.email.replace("@", "+news@")
    elif sign == 1:
        contact.phone = other.phone
    else:
        contact.first_name, contact.last_name = other.first_name, other.last_name
        contact.company = other.company


def _some() -> list[Contact]:
    step = max(SIZE // LOOKED_AT, 1)
    return [*Contact.objects.order_by("pk")[::step]]


def _shortest(work: Callable[[], object]) -> float:
    return min(_milliseconds(work) for _round in range(ROUNDS)) / 1000


def _milliseconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return (perf_counter() - start) * 1000
