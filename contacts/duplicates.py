"""Who may be one person twice: found by sets of equal values, never pair by pair."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf, StrIndex, Substr
from django.utils.translation import gettext_lazy as _

from contacts.likeness import FREE_MAIL, MOST_ON_ONE_PHONE, strength_of
from contacts.models.contact import Contact
from contacts.models.merge import Distinct

# Of each sign so many values are looked at: nobody works off more.
MOST_VALUES = 2_000
# Of so many alike each is compared with each; of more, with the first.
MOST_IN_TURN = 5
MOST_OF_ONE = 20
WORDS = {
    "email": _("the same mailbox"),
    "phone": _("the same phone number"),
    "name_company": _("the same name at the same company"),
    "name_domain": _("the same name at the same domain"),
}

Numbers = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two contacts, the lower number first, and what speaks for their being one."""

    first: int
    second: int
    signs: tuple[str, ...]

    @property
    def strength(self) -> float:
        return strength_of(set(self.signs))

    @property
    def percent(self) -> int:
        return int(self.strength * 100)

    @property
    def reasons(self) -> list[str]:
        return [str(WORDS[sign]) for sign in self.signs]


def likely_pairs() -> list[Pair]:
    """All pairs that look alike and were not told apart, the surest first.

    Two queries for each sign, however many contacts there are.
    """
    found: dict[Numbers, set[str]] = defaultdict(set)
    for sign, groups in _groups():
        for members in groups:
            for pair in _pairs(members):
                found[pair].add(sign)
    return _sorted(found)


def pairs_of(contact: Contact) -> list[Pair]:
    """Those who look like this contact; found by index."""
    found: dict[Numbers, set[str]] = defaultdict(set)
    own = _facts(Contact.objects.filter(pk=contact.pk)).first()
    if own is None:
        return []
    wanted = Q(pk__in=[])
    if contact.email_core:
        wanted |= Q(email_core=contact.email_core)
    if contact.phone:
        wanted |= Q(phone=contact.phone)
    if _has_name(own):
        wanted |= Q(name_key=contact.name_key)
    rows = _facts(Contact.objects.filter(wanted).exclude(pk=contact.pk))
    others = list(rows.order_by("pk")[:MOST_OF_ONE])
    on_phone = sum(1 for row in others if row["phone"] == contact.phone)
    for row in others:
        signs = set(_signs(own, row))
        if on_phone >= MOST_ON_ONE_PHONE:
            signs.discard("phone")
        if signs:
            found[_in_order(contact.pk, row["pk"])] |= signs
    return _sorted(found)


def _groups() -> Iterator[tuple[str, Iterable[list[int]]]]:
    everyone = Contact.objects.order_by()
    named = everyone.exclude(first_name="").exclude(last_name="")
    yield "email", _alike(everyone.exclude(email_core=""), ["email_core"])
    phones = _alike(everyone.exclude(phone=""), ["phone"], most=MOST_ON_ONE_PHONE)
    yield "phone", phones
    at_company = named.exclude(company=None)
    yield "name_company", _alike(at_company, ["name_key", "company_id"])
    at_domain = named.annotate(domain=_domain()).exclude(domain__in=["", *FREE_MAIL])
    yield "name_domain", _alike(at_domain, ["name_key", "domain"])


def _alike(
    rows: QuerySet[Contact], names: list[str], *, most: int | None = None
) -> Iterable[list[int]]:
    """Numbers of those who have all these values in common, two or more at a time."""
    counted = rows.values(*names).annotate(count=Count("pk")).filter(count__gt=1)
    if most is not None:
        counted = counted.filter(count__lte=most)
    values = list(counted.order_by(*names).values_list(*names)[:MOST_VALUES])
    if not values:
        return []
    wanted = set(values)
    firsts = {value[0] for value in values}
    members: dict[Hashable, list[int]] = defaultdict(list)
    some = rows.filter(**{f"{names[0]}__in": firsts}).order_by("pk")
    for pk, *value in some.values_list("pk", *names):
        if tuple(value) in wanted:
            members[tuple(value)].append(pk)
    return members.values()


def _pairs(members: list[int]) -> Iterator[Numbers]:
    if len(members) <= MOST_IN_TURN:
        yield from combinations(members, 2)
    else:
        yield from ((members[0], other) for other in members[1:])


def _sorted(found: dict[Numbers, set[str]]) -> list[Pair]:
    apart = Distinct.objects.filter(first__in={first for first, _second in found})
    known = set(apart.values_list("first", "second")) if found else set()
    pairs = []
    for numbers, signs in found.items():
        if "name_company" in signs:
            signs.discard("name_domain")  # it says the same
        if numbers not in known:
            pairs.append(Pair(*numbers, tuple(name for name in WORDS if name in signs)))
    return sorted(pairs, key=lambda pair: (-pair.strength, pair.first, pair.second))


def _domain() -> Any:
    """Of the company, else of the address."""
    at = StrIndex("email_core", Value("@"))
    own = Substr("email_core", at + Value(1))
    return Coalesce(NullIf(F("company__domain"), Value("")), own)


def _facts(rows: QuerySet[Contact]) -> QuerySet[Contact, dict[str, Any]]:
    return rows.annotate(domain=_domain()).values(
        *("pk", "email_core", "phone", "name_key", "company_id", "domain"),
        *("first_name", "last_name"),
    )


def _signs(one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
    if one["email_core"] and one["email_core"] == other["email_core"]:
        yield "email"
    if one["phone"] and one["phone"] == other["phone"]:
        yield "phone"
    if not (_has_name(one) and _has_name(other)):
        return
    if one["name_key"] != other["name_key"]:
        return
    if one["company_id"] and one["company_id"] == other["company_id"]:
        yield "name_company"
    domain = one["domain"]
    if domain and domain not in FREE_MAIL and domain == other["domain"]:
        yield "name_domain"


def _has_name(row: dict[str, Any]) -> bool:
    return bool(row["first_name"] and row["last_name"])


def _in_order(one: int, other: int) -> Numbers:
    return (one, other) if one < other else (other, one)
