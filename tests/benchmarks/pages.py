"""Server time of the pages that people wait for, with many contacts and a long story."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from time import perf_counter

from django.test import Client
from django.utils import timezone

from accounts.models import User
from contacts.models import Contact
from journeys.models import Interaction
from tests.benchmarks import contact_list
from tests.benchmarks._report import SIZE, percentile, within
from tests.benchmarks.scoring import KINDS

ON = ("postgresql", "sqlite")
ENTRIES = 10_000
ROUNDS = 15


def run() -> bool:
    contact_list.fill(SIZE)
    contact = Contact.objects.order_by("pk")[4]
    add_story(contact)
    contact_list.as_the_web_process_does()
    client = Client()
    client.force_login(User.objects.filter(role=User.Role.ADMIN).first())
    timeline = f"/contacts/{contact.pk}/timeline/"
    return all(
        [
            page(client, "search by name", "/search/?q=byron", most=150),
            page(client, "search by e-mail", "/search/?q=c4711@", most=150),
            page(client, "search by company", "/search/?q=company+471", most=150),
            page(client, "search for nothing", "/search/?q=qzxv", most=150),
            page(client, "contact page", f"/contacts/{contact.pk}/", most=60),
            page(client, "timeline of 10,000 entries", timeline, most=60),
            page(client, "score explained", f"/contacts/{contact.pk}/score/", most=300),
            page(client, "today", "/", most=300),
            page(client, "today's numbers", "/today/numbers/", most=300),
        ]
    )


def page(client: Client, name: str, path: str, *, most: float) -> bool:
    times = server_times(client, path)
    return within(f"{name}, p95", percentile(times, 95), most=most, unit="ms")


def server_times(client: Client, path: str) -> list[float]:
    """In milliseconds. The first answer is not counted: caches are empty only once."""
    times = []
    for _round in range(ROUNDS + 1):
        began = perf_counter()
        response = client.get(path, headers={"HX-Request": "true"})
        times.append((perf_counter() - began) * 1_000)
        assert response.status_code == 200, (path, response.status_code)
    return times[1:]


def add_story(contact: Contact) -> None:
    random, now = Random(3), timezone.now()
    rows = [
        Interaction(
            contact=contact,
            kind=random.choice(KINDS),
            channel="website",
            source="bench",
            event_id=f"story-{number}",
            occurred_at=now - timedelta(minutes=random.uniform(1, 500_000)),
            url="https://www.example.com/a",
            title="A page",
        )
        for number in range(ENTRIES)
    ]
    Interaction.objects.bulk_create(rows, batch_size=2_000)
