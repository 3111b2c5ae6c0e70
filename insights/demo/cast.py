"""The people, companies and places of the demo. All of them are invented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

FIRST_NAMES = (
    "Ada Aylin Amara Anton Astrid Bela Bruno Carla Cem Clara Dario Dora Elif Elena Emil "
    "Esra Fabian Femke Finn Frida Greta Hakan Hanna Hugo Ida Ilse Ines Ivan Jana Jonas "
    "Judith Kai Katja Klara Lars Lea Leo Lina Luca Luisa Malte Mara Marek Mila Milan "
    "Nadia Nele Nils Noor Olga Oskar Paula Pedro Pia Rafael Ravi Romy Ruth Samir Selma "
    "Sina Stefan Svea Tara Theo Tilda Tom Uwe Vera Viktor Wanda Yara Yusuf Zoe"
).split()
LAST_NAMES = (
    "Adler Alves Arslan Bach Bauer Behrens Berger Brandt Busch Costa Demir Diaz Dietz "
    "Ebert Engel Falk Fiala Frank Fuchs Garcia Gross Haas Hahn Hansen Hartmann Heinz "
    "Herrmann Hoffmann Horn Huber Jansen Jung Kaiser Kaya Keller Klein Koch Kovac Kraus "
    "Kuhn Lang Lehmann Lindqvist Lorenz Maier Marin Maurer Meyer Moreau Mueller Neumann "
    "Novak Ortiz Otto Petrov Pohl Rahman Richter Roth Sander Sauer Schmitt Schulz Seidel "
    "Silva Simon Sommer Stein Thoma Ulrich Vogel Vogt Wagner Weber Winkler Wolf Yilmaz"
).split()
COMPANY_WORDS = (
    "Alster Anker Aurora Bergwerk Birke Brise Delta Elbe Falke Fjord Granit Hafen Isar "
    "Kiefer Kompass Kranich Lotse Main Nordlicht Ostwind Panorama Polar Quelle Rhein "
    "Saale Sonnen Spree Stahl Taunus Ufer Vulkan Weser Werra Zeder Zinnober"
).split()
COMPANY_KINDS = (
    ("Maschinenbau", "Manufacturing"),
    ("Logistik", "Logistics"),
    ("Software", "Software"),
    ("Energie", "Energy"),
    ("Handel", "Retail"),
    ("Medizintechnik", "Healthcare"),
    ("Beratung", "Consulting"),
    ("Akademie", "Education"),
)
# (title, how often)
JOB_TITLES = (
    ("Head of Marketing", 6),
    ("Head of Sales", 6),
    ("Marketing Manager", 14),
    ("Sales Manager", 12),
    ("Managing Director", 8),
    ("CRM Manager", 8),
    ("IT Manager", 8),
    ("Marketing Assistant", 12),
    ("Analyst", 8),
    ("Consultant", 8),
    ("Student", 6),
    ("", 4),
)
COUNTRIES = (("DE", 70), ("AT", 12), ("CH", 12), ("NL", 6))
# (channel, utm of its links, how often)
SOURCES: tuple[tuple[str, dict[str, str], int], ...] = (
    ("organic_search", {}, 12),
    (
        "organic_search",
        {"source": "search", "medium": "organic", "campaign": "expert-articles"},
        22,
    ),
    (
        "paid_search",
        {"source": "searchads", "medium": "cpc", "campaign": "lead-scoring-ads"},
        20,
    ),
    (
        "social",
        {"source": "social", "medium": "social", "campaign": "expert-posts"},
        14,
    ),
    ("referral", {}, 12),
    ("event", {"source": "fair", "medium": "qr", "campaign": "autumn-fair"}, 8),
    ("direct", {}, 12),
)


# Ninths of all people at which somebody comes again; not among a few.
TWINS = (2, 4, 5, 7)
LEAST = 100


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demo: the data of a contact, and what brought them."""

    data: dict[str, Any]
    channel: str
    utm: dict[str, str]


def people(count: int, random: Random) -> Iterator[Person]:
    """``count`` people, about one company for four of them.

    Among many some are there twice, as it happens.
    """
    companies = [_company(number, random) for number in range(max(1, count // 4))]
    latest: dict[str, Any] = {}
    for number in range(count):
        first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
        works_somewhere = random.random() < 0.9
        company = random.choice(companies) if works_somewhere else None
        domain = company["domain"] if company else "mail.example"
        channel, utm, _weight = _weighted(SOURCES, random)
        title = _weighted(JOB_TITLES, random)[0]
        data = {
            "email": f"{first}.{last}.{number}@{domain}".lower(),
            "first_name": first,
            "last_name": last,
            "job_title": title,
            "source": channel,
            "language": "de" if random.random() < 0.7 else "en",
            "timezone": "Europe/Berlin",
        }
        if company:
            data["company"] = company
        if random.random() < 0.5:
            data["phone"] = f"+4930{random.randrange(1_000_000, 9_999_999)}"
        if count >= LEAST and number in {count * n // 9 for n in TWINS}:
            _make_twin(data, of=latest, number=number)
        latest = data
        yield Person(data=data, channel=channel, utm=utm)


def _make_twin(data: dict[str, Any], *, of: dict[str, Any], number: int) -> None:
    """Whoever came before comes again, by another address."""
    first, last = of["first_name"], of["last_name"]
    domain = of["email"].partition("@")[2]
    known = {"first_name", "last_name", "company", "phone", "job_title"} & of.keys()
    data.update({name: of[name] for name in known})
    # As they would not have given it at work.
    data["email"] = f"{first[0]}.{last}.{number}@{domain}".lower()


def _company(number: int, random: Random) -> dict[str, Any]:
    word = COMPANY_WORDS[number % len(COMPANY_WORDS)]
    german, industry = random.choice(COMPANY_KINDS)
    series = number // len(COMPANY_WORDS)
    name = f"{word} {german}" + (f" {series + 1}" if series else "")
    return {
        "name": f"{name} GmbH",
        "domain": f"{name.lower().replace(' ', '-')}-{number}.example",
        "industry": industry,
        "employees": random.choice((8, 25, 60, 120, 240, 480, 1200, 5000)),
        "country": _weighted(COUNTRIES, random)[0],
    }


def _weighted(choices: tuple[tuple[Any, ...], ...], random: Random) -> tuple[Any, ...]:
    """One of the tuples; the last element of each says how often it comes."""
    return random.choices(choices, weights=[choice[-1] for choice in choices])[0]
