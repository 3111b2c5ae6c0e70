"""Which company is meant by what was handed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from contacts.models.company import Company

FACTS = ("domain", "industry", "employees", "country")
# Any number will do, as long as nobody else takes it.
_NAMES_LOCK = 7_241_065


@dataclass(slots=True)
class Matched:
    """The company of each wish, None where there is no such number."""

    companies: list[Company | None]
    # What those learned that were known: number -> fact -> [before, after].
    learned: dict[int, dict[str, list[Any]]] = field(default_factory=dict)
    # Those that were not known: number -> what they began with.
    made: dict[int, dict[str, Any]] = field(default_factory=dict)


def match_companies(
    wishes: Sequence[dict[str, Any] | int], *, at: datetime, updates_known: bool
) -> Matched:
    """Find the companies by number, else by domain, else by name; make unknown ones.

    A wish is a number or the checked fields of a company, with a name or a domain. A
    name also finds a company under another spelling of upper and lower case, but none
    with another domain. With ``updates_known``, other facts that are given and not
    empty are kept on a company that was known; its name never changes here.

    To be called inside a transaction. At most ten statements, however many wishes.
    """
    dicts = [wish for wish in wishes if isinstance(wish, dict)]
    numbers = {wish for wish in wishes if isinstance(wish, int)}
    by_number = Company.objects.in_bulk(numbers) if numbers else {}
    known, made = _Known(), {}
    if dicts:
        known.read(dicts)
        if updates_known:
            known.give_domains(dicts)
        missing = [wish for wish in dicts if known.find(wish) is None]
        if missing:
            made = _make(missing, known, at=at)
    found = [
        by_number.get(wish) if isinstance(wish, int) else known.find(wish)
        for wish in wishes
    ]
    matched = Matched(found, made=made)
    if updates_known:
        pairs = [
            (company, wish)
            for company, wish in zip(found, wishes, strict=True)
            if company is not None and isinstance(wish, dict)
        ]
        matched.learned = _learn(pairs, at=at)
    return matched


class _Known:
    """Companies looked up so far, by domain and by name."""

    def __init__(self) -> None:
        self.by_domain: dict[str, Company] = {}
        self.by_name: dict[str, list[Company]] = {}
        # The domain that a company without one is about to get.
        self.given: dict[int, str] = {}

    def read(self, wishes: Sequence[dict[str, Any]]) -> None:
        domains = {wish["domain"] for wish in wishes if wish.get("domain")}
        names = {Company.key_of(wish["name"]) for wish in wishes if wish.get("name")}
        if domains:
            for row in Company.objects.filter(domain__in=domains):
                self.by_domain[row.domain] = row
        if names:
            for name in names:
                self.by_name[name] = []
            rows = Company.objects.filter(name_key__in=names).order_by("pk")
            for row in rows:
                row = self.by_domain.get(row.domain, row) if row.domain else row
                self.by_name.setdefault(row.name_key, []).append(row)

    def give_domains(self, wishes: Sequence[dict[str, Any]]) -> None:
        """Let a name without a domain stand for the first domain it comes with."""
        for wish in wishes:
            company = self.find(wish)
            if company and company.pk and wish.get("domain"):
                self.given.setdefault(company.pk, wish["domain"])
                self.by_domain[wish["domain"]] = company

    def _domain_of(self, company: Company) -> str:
        return company.domain or self.given.get(company.pk or 0, "")

    def find(self, wish: dict[str, Any]) -> Company | None:
        domain = wish.get("domain", "")
        if domain and domain in self.by_domain:
            return self.by_domain[domain]
        namesakes = self.by_name.get(Company.key_of(wish.get("name", "")), [])
        if domain:
            return next(
                (row for row in namesakes if self._domain_of(row) in ("", domain)), None
            )
        return namesakes[0] if namesakes else None


def _make(
    missing: list[dict[str, Any]], known: _Known, *, at: datetime
) -> dict[int, dict[str, Any]]:
    if any(not wish.get("domain") for wish in missing):
        # A name alone is not unique in the table: one transaction at a time.
        _wait_for_turn()
        known.read(missing)
    rows: list[Company] = []
    fresh = _Known()
    # Those with a domain first: a name alone may then mean one of them.
    for wish in sorted(missing, key=lambda w: (not w.get("domain"), w.get("domain"))):
        if known.find(wish) or fresh.find(wish):
            continue
        name = wish.get("name") or wish["domain"]
        row = Company(
            name=name, name_key=Company.key_of(name), created_at=at, updated_at=at
        )
        for fact in FACTS:
            if wish.get(fact):
                setattr(row, fact, wish[fact])
        rows.append(row)
        fresh.by_name.setdefault(row.name_key, []).append(row)
        if row.domain:
            fresh.by_domain[row.domain] = row
    if not rows:
        return {}
    Company.objects.bulk_create(rows, ignore_conflicts=True)
    known.read(missing)
    # Another may have made one of them meanwhile, at another moment.
    found = filter(None, map(known.find, missing))
    return {
        company.pk: {fact: getattr(company, fact) for fact in ("name", *FACTS)}
        for company in found
        if company.created_at == at
    }


def _wait_for_turn() -> None:
    if connection.vendor == "postgresql":  # SQLite has one writer at a time anyway
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NAMES_LOCK])


def _learn(
    pairs: list[tuple[Company, dict[str, Any]]], *, at: datetime
) -> dict[int, dict[str, list[Any]]]:
    curious = {row.pk for row, wish in pairs if _news(row, wish)}
    if not curious:
        return {}
    # Looked at again under the lock, in order.
    rows = Company.objects.select_for_update(no_key=True).filter(pk__in=curious)
    locked = {row.pk: row for row in rows.order_by("pk")}
    changed: dict[int, dict[str, list[Any]]] = {}
    for company, wish in pairs:
        row = locked.get(company.pk)
        for fact, value in _news(row, wish).items() if row else ():
            change = changed.setdefault(row.pk, {}).setdefault(
                fact, [getattr(row, fact), value]
            )
            change[1] = value
            setattr(row, fact, value)
            row.updated_at = at
    Company.objects.bulk_update(
        [locked[pk] for pk in changed], [*FACTS, "updated_at"], batch_size=200
    )
    for company, _wish in pairs:
        if company.pk in changed:
            for fact in FACTS:
                setattr(company, fact, getattr(locked[company.pk], fact))
    return changed


def _news(company: Company, wish: dict[str, Any]) -> dict[str, Any]:
    """What of ``wish`` the company does not say. A domain it has, it keeps."""
    return {
        fact: wish[fact]
        for fact in FACTS
        if wish.get(fact)
        and wish[fact] != getattr(company, fact)
        and not (fact == "domain" and company.domain)
    }
