"""The first page of the contact list, for every filter and every order it offers.

Goal: at 100,000 contacts the 95th percentile of the server's time stays below 100 ms.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from contacts.lists import SORTS
from contacts.models import Company, Contact, Segment, Tag
from journeys.models import Journey, Phase, PhaseVisit
from leadhub.collector import keep_what_is_loaded
from leadhub.env import WEB_ONLY
from scoring.models import Crossing, Score, ScoringModel
from tests.benchmarks._report import SIZE, percentile, within
from tests.factories.accounts import AdminFactory, RepFactory

FIRST = (
    "Ada Bruno Clara David Emma Felix Greta Hugo Ida Jonas Karla Leo Mara Nils".split()
)
LAST = "Abel Byron Conrad Dorn Ernst Fuchs Gauss Hahn Jung Koch Lind Maier Noll".split()
TITLES = ["Head of Sales", "Engineer", "Managing Director", "Buyer", "Student"]
CHUNK = 5000
ROUNDS = 20
GOAL_MS = 100


def run() -> bool:
    """Fill an empty database, measure, print a line per filter: its slowest order."""
    fill(SIZE)
    as_the_web_process_does()
    met = True
    for role in ("admin", "rep"):
        met = _measured(User.objects.filter(role=role).first()) and met
    return met


def _measured(user: User) -> bool:
    client = Client()
    client.force_login(user)
    filters = filters_offered()
    orders = [order for sort in SORTS for order in (sort, f"-{sort}")]
    pages = [(name, order) for name, _query in filters for order in orders]
    times: dict[tuple[str, str], list[float]] = {page: [] for page in pages}
    queries = dict(filters)
    _time(client, {})  # the first answers of a process compile its templates
    # Each page once, then each once more: what disturbs the machine for a second
    # does so to many pages once, and not to one of them each time.
    for _round in range(ROUNDS):
        for name, order in pages:
            times[name, order].append(_time(client, {**queries[name], "sort": order}))
    met = True
    for name, _query in filters:
        p95s = {order: percentile(times[name, order], 95) for order in orders}
        worst = max(p95s, key=lambda order: p95s[order])
        path = f"contact list, {user.role}, {name}, slowest sort={worst}, p95"
        # Far apart they say that the machine had other things to do.
        typical = f"median {median(times[name, worst]):.0f} ms"
        met = within(path, p95s[worst], most=GOAL_MS, unit="ms", limit=typical) and met
    return met


def as_the_web_process_does() -> None:
    """Collect and connect as ``leadhub.wsgi`` and ``leadhub.env`` have it."""
    keep_what_is_loaded()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for name, value in WEB_ONLY.items():
                cursor.execute(f"SET {name} = '{value}'")


def filters_offered() -> list[tuple[str, dict[str, Any]]]:
    rep = User.objects.filter(role="rep").first()
    company = Company.objects.order_by("pk")[5]
    segment = Segment.objects.get(name="Sales heads")
    phase = Phase.objects.order_by("position")[1]
    return [
        ("all", {}),
        ("q=name", {"q": "byron"}),
        ("q=person", {"q": "greta koch 4711"}),
        ("q=email", {"q": "c4711@"}),
        ("q=company", {"q": "company 471"}),
        ("q=nothing", {"q": "qzxv"}),
        ("q=short", {"q": "zq"}),
        ("email", {"email": "c4711@example.com"}),
        ("owner", {"owner": rep.pk}),
        ("owner=none", {"owner": "none"}),
        ("tag", {"tag": "vip"}),
        ("tag=rare", {"tag": "rare"}),
        ("segment", {"segment": segment.pk}),
        ("company", {"company": company.pk}),
        ("phase", {"phase": phase.pk}),
        ("phase=none", {"phase": "none"}),
        ("score_min", {"score_min": 55}),
        ("score_max", {"score_max": 3}),
        ("sales_ready", {"sales_ready": "true"}),
        ("not ready", {"sales_ready": "false"}),
        ("updated_since", {"updated_since": _days_ago(3)}),
        ("created in a week", _week("created")),
        ("crossed in a week", _week("crossed")),
        ("entered a phase", {"entered_phase": phase.pk, **_week("entered")}),
        ("owner+tag+score", {"owner": rep.pk, "tag": "vip", "score_min": 30}),
    ]


def _days_ago(days: int) -> str:
    return (timezone.now() - timedelta(days=days)).isoformat()


def _week(what: str) -> dict[str, str]:
    return {f"{what}_since": _days_ago(8), f"{what}_before": _days_ago(1)}


def _time(client: Client, query: dict[str, Any]) -> float:
    """Of one whole page, in milliseconds."""
    start = perf_counter()
    response = client.get("/contacts/", query)
    taken = (perf_counter() - start) * 1000
    assert response.status_code == 200, response.content[:500]
    return taken


def fill(count: int) -> None:
    """Contacts with companies, owners, tags, scores and phases; always the same ones."""
    random = Random(7)
    now = timezone.now()
    AdminFactory(username="bench-admin")
    reps = [RepFactory(username=f"bench-rep-{n}") for n in range(20)]
    companies = Company.objects.bulk_create(
        [
            Company(name=f"Company {n}", name_key=f"company {n}")
            for n in range(max(count // 10, 10))
        ]
    )
    tags = Tag.objects.bulk_create(Tag(name=name) for name in ("vip", "fair", "rare"))
    Segment.objects.create(
        name="Sales heads",
        condition={"field": "job_title", "op": "contains", "value": "head"},
    )
    journey = Journey.objects.create(name="Benchmark")
    phases = Phase.objects.bulk_create(
        Phase(journey=journey, name=f"Phase {n}", position=n) for n in range(6)
    )

    model = ScoringModel.objects.create(name="Benchmark", is_active=True)

    def contacts() -> Iterator[Contact]:
        for n in range(count):
            contact = Contact(
                email=f"c{n}@example.com",
                email_key=f"c{n}@example.com",
                first_name=random.choice(FIRST),
                last_name=f"{random.choice(LAST)} {n}",
                job_title=random.choice(TITLES),
                company=random.choice(companies),
                owner=random.choice(reps) if random.random() < 0.6 else None,
                created_at=now - timedelta(minutes=random.randrange(525_600)),
                updated_at=now - timedelta(minutes=random.randrange(86_400)),
            )
            contact.refresh_keys()
            yield contact

    made = contacts()
    while chunk := list(islice(made, CHUNK)):
        rows = Contact.objects.bulk_create(chunk)
        Contact.tags.through.objects.bulk_create(
            Contact.tags.through(contact_id=row.pk, tag_id=tag.pk)
            for row in rows
            for tag, share in zip(tags, (0.1, 0.3, 0.0005), strict=True)
            if random.random() < share
        )
        Score.objects.bulk_create(
            Score(
                contact=row,
                model=model,
                fit=(fit := random.uniform(0, 40)),
                engagement=(engagement := random.expovariate(0.1)),
                total=fit + engagement,
                is_ready=fit + engagement >= 60,
                evaluated_at=now,
            )
            for row in rows
            if random.random() < 0.95
        )
        Crossing.objects.bulk_create(
            Crossing(
                contact=row,
                model=model,
                arming=1,
                at=now - timedelta(minutes=random.randrange(525_600)),
                fit=20,
                engagement=45,
                total=65,
                threshold=60,
            )
            for row in rows
            if random.random() < 0.1
        )
        PhaseVisit.objects.bulk_create(
            PhaseVisit(
                contact=row,
                phase=random.choice(phases),
                entered_at=now - timedelta(minutes=random.randrange(525_600)),
            )
            for row in rows
            if random.random() < 0.7
        )
    settle()


def settle() -> None:
    """What the database would do in the minutes after so many rows came."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM (ANALYZE)")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("ANALYZE")
