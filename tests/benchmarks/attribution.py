"""Markov chain and Shapley values of many paths, as the command and as the page does it.

Goals: 100,000 paths over twelve channels in 10 s, on one core and without a database. At
100,000 contacts with 1,000,000 touches and 10,000 conversions the page in 1 s, and in 3 s
when the Markov chain asks about all who did not convert, every ten minutes (ours).
"""

from __future__ import annotations

import io
import resource
from datetime import timedelta
from random import Random
from statistics import median
from time import perf_counter, process_time

from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from contacts.models import Contact
from insights.attribution.catalog import attribute
from insights.attribution.files import read_paths
from insights.attribution.matrices import lapack_inverse
from insights.selectors.attribution.asking import ORDERS
from journeys.models import Interaction
from journeys.models.interaction import Channel
from leadhub.copying import insert_rows
from leadhub.ids import new_id
from sales.models import Deal, Handoff
from tests.benchmarks import contact_list
from tests.benchmarks._report import SIZE, only, seconds, within
from tests.factories.accounts import AdminFactory

ON = ("postgresql", "sqlite")
PATHS, CHANNELS = 100_000, 12
GOAL_SECONDS, COLD_SECONDS = 10, 3
MEMORY_MB = 60
ROUNDS, CHUNK = 5, 1_000
TOUCHES = 10
COLUMNS = (
    "id contact_id kind channel source event_id occurred_at recorded_at is_machine"
).split()


def run() -> bool:
    file = io.BytesIO(some_paths())
    began = perf_counter()
    paths = read_paths(file)
    read = perf_counter()
    attribute(paths, model="markov", invert=lapack_inverse)
    attribute(paths, model="shapley")
    done = perf_counter()
    met = within(
        f"Markov and Shapley, {PATHS:,} paths, {CHANNELS} channels",
        done - began,
        most=GOAL_SECONDS,
        unit="s",
        limit=f"reading them {read - began:.2f} s",
    )
    for order, name in ((1, "in pure Python"), (2, "of order 2, in pure Python")):
        began = perf_counter()
        attribute(paths, model="markov", order=order)
        only(f"Markov {name}", f"{perf_counter() - began:.2f} s")
    return pages() and met


def pages() -> bool:
    """Of contacts with ten touches each, of whom one of ten was handed over."""
    fill(SIZE)
    contact_list.as_the_web_process_does()
    client = Client()
    client.force_login(AdminFactory())
    ask(client, "model=first&period=7")  # compiles the templates
    before = peak_mb()
    met = [
        page(client, "linear and last touch", "model=linear"),
        page(client, "time decay and W-shaped", "model=time_decay&beside=w_shaped"),
        page(client, "won deals by content", "conversion=deal_won&by=content"),
        page(client, "Markov and Shapley, kept", "model=markov&beside=shapley"),
    ]
    for order in ORDERS:
        query = f"model=markov&beside=shapley&order={order}"
        name = f"Markov of order {order} and Shapley, nothing kept"
        met.append(page(client, name, query, most=COLD_SECONDS, cold=True))
    grown = peak_mb() - before
    return all(
        [*met, within("memory that they took", grown, most=MEMORY_MB, unit="MB")]
    )


def page(
    client: Client, name: str, query: str, *, most: float = 1, cold: bool = False
) -> bool:
    ask(client, query)
    began = process_time()
    times = []
    for _round in range(ROUNDS):
        if cold:
            cache.clear()
        times.append(seconds(lambda: ask(client, query)))
    ours = (process_time() - began) / ROUNDS
    note = f"{SIZE // 10:,} conversions, our processor {ours:.2f} s"
    return within(f"page, {name}", median(times), most=most, unit="s", limit=note)


def ask(client: Client, query: str) -> None:
    response = client.get(f"/reports/attribution/?{query}")
    assert response.status_code == 200, response.content[:500]


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fill(count: int) -> None:
    """Contacts with ten touches each; one of ten was handed over, one of twenty bought.

    One of twelve touches is a machine's.
    """
    random, now = Random(7), timezone.now()
    for start in range(0, count, CHUNK):
        contacts = Contact.objects.bulk_create(
            Contact(email=f"c{n}@example.com", email_key=f"c{n}@example.com")
            for n in range(start, min(start + CHUNK, count))
        )
        rows = [
            (
                *(
                    str(new_id()),
                    contact.pk,
                    "page_view",
                    random.choice(Channel.values),
                ),
                *("bench", f"{contact.pk}-{number}", moment, moment),
                random.random() < 1 / 12,
            )
            for contact in contacts
            for number in range(TOUCHES)
            for moment in [now - timedelta(minutes=random.randint(120, 120_000))]
        ]
        insert_rows(Interaction, COLUMNS, rows)
        Handoff.objects.bulk_create(
            Handoff(
                contact=contact,
                status=Handoff.Status.CLOSED,
                offered_at=now - timedelta(hours=2),
                accepted_at=now - timedelta(hours=1),
                points=61,
                threshold=60,
            )
            for contact in contacts[::10]
        )
        Deal.objects.bulk_create(
            Deal(
                contact=contact,
                title="Benchmark",
                value=random.randrange(1_000, 50_000),
                stage="offer",
                stage_since=now,
                status=Deal.Status.WON,
                reason="fit",
                opened_at=now - timedelta(hours=2),
                closed_at=now - timedelta(hours=1),
            )
            for contact in contacts[::20]
        )
    contact_list.settle()


def some_paths() -> bytes:
    """A file of paths of one to nine touches, no two alike in their counts."""
    random = Random(7)
    names = [f"channel {number}" for number in range(CHANNELS)]
    rows = ["path,total_conversions,total_conversion_value,total_null"]
    for _path in range(PATHS):
        touches = " > ".join(random.choices(names, k=random.randint(1, 9)))
        won = random.randint(0, 5)
        rows.append(f"{touches},{won},{won * 120},{random.randint(0, 60)}")
    return "\n".join(rows).encode()
