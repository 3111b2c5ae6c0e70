"""Learning weights from what came of contacts: time, memory, and how soon it can stop.

Ten interactions for each contact, three fields of the firm's own and a job title; one
of ten bought. From the worker's view: it reads all, learns from at most 20,000, and may
at no time forget to say that it lives, or somebody else takes the job over.
"""

from __future__ import annotations

import resource
from datetime import timedelta
from itertools import pairwise
from math import exp
from random import Random
from time import perf_counter, process_time

from django.utils import timezone

from accounts.models import Job
from accounts.services.running import LEASE, Progress, run_next_job
from contacts.models import Contact, CustomField
from journeys.models import Interaction
from leadhub.copying import insert_rows
from leadhub.ids import new_id
from sales.models import Deal
from scoring.services.learning import start_learning
from scoring.services.shipped import create_default_model
from tests.benchmarks._report import SIZE, only, within
from tests.benchmarks.attribution import COLUMNS
from tests.benchmarks.scoring import KINDS

ON = ("postgresql", "sqlite")
INTERACTIONS, DAYS, CHUNK = 10, 84, 1_000
TITLES = [f"{rank} {what}" for rank in ("Head of", "Junior") for what in KINDS[::4]]
INDUSTRIES = [f"Industry {number}" for number in range(25)]
COUNTRIES = [f"Country {number}" for number in range(25)]
# Of our own work, for each contact with its ten interactions.
MOST_MS = 1.0
MEMORY_MB = 250


def run() -> bool:
    now = timezone.now()
    fill(SIZE)
    model = create_default_model(by=None, at=now)
    job = start_learning(model=model, data={"outcome": "deal_won"}, by=None, at=now)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    signs = _signs_of_life()
    began, busy = perf_counter(), process_time()
    assert run_next_job()
    took, busy = perf_counter() - began, process_time() - busy
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    job.refresh_from_db()
    assert job.status == Job.Status.DONE, job.error
    silent = max(later - sooner for sooner, later in pairwise(signs))
    only(f"learning from {SIZE:,} contacts", f"{took:,.1f} s")
    each = busy / SIZE * 1000
    least = LEASE.total_seconds() / 4
    return all(
        [
            within("a contact of it, of our processor", each, most=MOST_MS, unit="ms"),
            within("memory that it took", grown, most=MEMORY_MB, unit="MB"),
            within("longest without a sign of life", silent, most=least, unit="s"),
        ]
    )


def _signs_of_life() -> list[float]:
    """The moments at which a job was told to be alive, as they come."""
    signs = [perf_counter()]
    advance = Progress.advance

    def noted(progress: Progress, steps: int, *, total: int | None = None) -> None:
        advance(progress, steps, total=total)
        signs.append(perf_counter())

    Progress.advance = noted  # type: ignore[method-assign]
    return signs


def fill(count: int) -> None:
    random, now = Random(9), timezone.now()
    CustomField.objects.bulk_create(
        [
            CustomField(key="industry", label="Industry"),
            CustomField(key="country", label="Country"),
            CustomField(key="employees", label="Employees", type="number"),
        ]
    )
    for start in range(0, count, CHUNK):
        numbers = range(start, min(start + CHUNK, count))
        contacts = Contact.objects.bulk_create(
            _contact(number, random, now - timedelta(days=DAYS * random.random()))
            for number in numbers
        )
        rows = [
            (
                *(str(new_id()), contact.pk, random.choice(KINDS), "website", "bench"),
                *(f"{contact.pk}-{number}", moment, moment, False),
            )
            for contact in contacts
            for number in range(INTERACTIONS)
            for moment in [
                contact.created_at + (now - contact.created_at) * random.random()
            ]
        ]
        insert_rows(Interaction, COLUMNS, rows)
        Deal.objects.bulk_create(
            Deal(
                contact=contact,
                title="Benchmark",
                stage="offer",
                stage_since=now,
                status=Deal.Status.WON,
                reason="fit",
                opened_at=contact.created_at,
                closed_at=contact.created_at
                + (now - contact.created_at) * random.random(),
            )
            for contact in contacts
            if random.random() < _chance(contact)
        )


def _contact(number: int, random: Random, created_at: object) -> Contact:
    return Contact(
        email=f"c{number}@example.com",
        email_key=f"c{number}@example.com",
        job_title=random.choice(TITLES),
        created_at=created_at,
        custom={
            "industry": random.choice(INDUSTRIES),
            "country": random.choice(COUNTRIES),
            "employees": round(exp(random.gauss(4, 1.5))),
        },
    )


def _chance(contact: Contact) -> float:
    """Heads buy, and those of some industries; the country tells nothing."""
    points = contact.job_title.startswith("Head") * 1.2
    points += contact.custom["industry"].endswith("7") * 1.5
    points += (contact.custom["employees"] > 100) * 0.8
    return 1 / (1 + exp(3.4 - points))
