"""A backtest over twelve weeks: how long it takes, and that memory does not grow.

The goal is that a tenfold number of contacts takes no more memory and about ten times
as long; a minute is what somebody waits for at 10,000 contacts.
"""

from __future__ import annotations

import resource
from datetime import datetime, timedelta
from random import Random
from time import perf_counter, process_time

from django.utils import timezone

from accounts.services.running import run_next_job
from contacts.models import Contact
from journeys.models import Interaction
from sales.models import Deal
from scoring.services.activation import activate_model
from scoring.services.backtests import start_backtest
from scoring.services.models import copy_model, update_model
from scoring.services.shipped import create_default_model
from tests.benchmarks._report import SIZE, only, within
from tests.benchmarks.scoring import KINDS

ON = ("postgresql", "sqlite")
INTERACTIONS = 10
DAYS = 84
# Of our own work, for each contact with its ten interactions, under two models.
MOST_MS = 3.0
MEMORY_MB = 60


def run() -> bool:
    now = timezone.now()
    fill(SIZE, now=now)
    live = create_default_model(by=None, at=now)
    activate_model(model=live, existing="mark_seen", by=None, at=now)
    live.refresh_from_db()
    draft = copy_model(model=live, by=None, at=now)
    update_model(model=draft, data={"threshold": 70}, by=None, at=now)
    draft.refresh_from_db()
    while run_next_job():  # scores everybody by the model that was activated
        pass
    backtest = start_backtest(
        model=draft,
        since=now - timedelta(days=DAYS),
        until=now,
        outcome="deal_won",
        by=None,
        at=now,
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began, busy = perf_counter(), process_time()
    while backtest.result is None:
        assert run_next_job()
        backtest.refresh_from_db()
    took, busy = perf_counter() - began, process_time() - busy
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    only(f"backtest of {SIZE:,} contacts over 12 weeks", f"{took:,.1f} s")
    each = busy / SIZE * 1000
    return all(
        [
            within("a contact of it, of our processor", each, most=MOST_MS, unit="ms"),
            within("memory that it took", grown, most=MEMORY_MB, unit="MB"),
        ]
    )


def fill(count: int, *, now: datetime) -> None:
    """Contacts with ten interactions each, over twelve weeks; one in fifty bought."""
    random = Random(1)
    for start in range(0, count, 1_000):
        contacts = Contact.objects.bulk_create(
            Contact(
                email=f"c{n}@example.com",
                email_key=f"c{n}@example.com",
                job_title=random.choice(["Head of Sales", "Engineer", "Student"]),
                created_at=now - timedelta(days=DAYS * random.random()),
            )
            for n in range(start, min(start + 1_000, count))
        )
        Interaction.objects.bulk_create(
            Interaction(
                contact=contact,
                kind=random.choice(KINDS),
                channel="website",
                source="bench",
                event_id=f"{contact.pk}-{n}",
                occurred_at=at,
                recorded_at=at,
                url="https://example.com/a",
            )
            for contact in contacts
            for n in range(INTERACTIONS)
            for at in [
                contact.created_at + (now - contact.created_at) * random.random()
            ]
        )
        Deal.objects.bulk_create(
            Deal(
                contact=contact,
                title="Deal",
                stage="needs_analysis",
                stage_since=now,
                status=Deal.Status.WON,
                closed_at=contact.created_at
                + (now - contact.created_at) * random.random(),
            )
            for contact in contacts[::50]
        )
