"""Requests per second of the busiest doors, against a bare view on the same server.

The bare view inserts one row through the ORM and commits, without middleware. Both are
served by a gunicorn of their own, with one process; one is asked, then the other.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex

from django.conf import settings
from django.test import Client as Browser
from django.utils import timezone

from accounts.services.tokens import create_token
from contacts.models import Contact
from journeys.models import Interaction, TrackedLink
from scoring.models import StaleMark
from tests.benchmarks import _bare
from tests.benchmarks._load import numbers, rate, repeated
from tests.benchmarks._report import against, in_turns, within
from tests.factories.accounts import AdminFactory, NotificationFactory, RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import TrackedLinkFactory
from tests.installation.client import Client
from tests.installation.processes import Installation, Process

ON = ("postgresql", "sqlite")
MEMORY_MB = 150
NOTIFICATIONS = 20
Requests = Callable[[Client], Iterator[bytes]]


def run() -> bool:
    _bare.make_table()
    contacts = [ContactFactory(company=None) for _ in range(200)]
    rep = RepFactory()
    NotificationFactory.create_batch(NOTIFICATIONS, recipient=rep)
    browser = Browser()
    browser.force_login(rep)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    token = create_token(user=AdminFactory(), name="bench", at=timezone.now())
    link = TrackedLinkFactory()
    # Each mail is opened once: what comes again finds what is there.
    unopened = iter(mails(contacts, 10_000))
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        # What is marked here nobody scores: that is another figure.
        # One token sends here what many would.
        limits = {
            "BEACONS_PER_MINUTE": "100000000",
            "API_WRITES_PER_MINUTE": "100000000",
            "LOG_LEVEL": "ERROR",
        }
        redis = settings.REDIS_URL
        with (
            Installation(place / "ours", redis_url=redis, **limits) as ours,
            Installation(place / "bare", redis_url=redis, **limits) as bare,
        ):
            serve(ours)
            serve(bare, DJANGO_SETTINGS_MODULE="tests.benchmarks._bare_settings")
            anybody = lambda: Client(ours.port)  # noqa: E731
            a_program = lambda: Client(ours.port, token=token)  # noqa: E731
            inserting = ours_against(bare, "/insert")
            results = [
                inserting("beacon", anybody, beacons, 0.7),
                inserting(
                    "pixel", anybody, lambda client: opens(client, unopened), 0.7
                ),
                inserting(
                    "tracked link", anybody, repeated("GET", f"/t/c/{link.token}"), 0.7
                ),
                inserting(
                    "single interaction by REST",
                    a_program,
                    lambda client: reports(
                        client, [contact.pk for contact in contacts]
                    ),
                    0.45,
                ),
                ours_against(bare, "/look")(
                    "inbox poll, nothing new",
                    anybody,
                    lambda client: polls(client, session),
                    0.6,
                ),
            ]
            assert Interaction.objects.exists()
            assert StaleMark.objects.exists()
            results.append(
                within(
                    "memory of a web process",
                    megabytes(ours.processes[0]),
                    most=MEMORY_MB,
                    unit="MB",
                )
            )
    return all(results)


def serve(installation: Installation, **more: str) -> None:
    """A web by itself, on SQLite too: the embedded one would score meanwhile."""
    installation.add("web", **more)
    installation.wait_until_answered()


def ours_against(
    bare: Installation, path: str
) -> Callable[[str, Callable[[], Client], Requests, float], bool]:
    def compare(
        name: str, client: Callable[[], Client], requests: Requests, goal: float
    ) -> bool:
        theirs = repeated("GET", path)
        ours, limit = in_turns(
            lambda: rate(client, requests),
            lambda: rate(lambda: Client(bare.port), theirs),
        )
        return against(name, ours=ours, limit=limit, unit="requests/s", goal=goal)

    return compare


def mails(contacts: list[Contact], number: int) -> list[str]:
    """Tokens of the invisible images of so many mails."""
    links = [
        TrackedLink(
            token=f"mail{n:039d}", contact=contacts[n % len(contacts)], channel="email"
        )
        for n in range(number)
    ]
    return [link.token for link in TrackedLink.objects.bulk_create(links)]


def opens(client: Client, unopened: Iterator[str]) -> Iterator[bytes]:
    for token in unopened:
        yield client.bytes_of("GET", f"/t/o/{token}.gif")


def beacons(client: Client) -> Iterator[bytes]:
    """Page views of one visitor who has agreed to be recognized."""
    visitor = token_hex(16)
    while True:
        body = {
            "kind": "page_view",
            "id": f"bench-{next(numbers):012d}",
            "url": "https://www.example.com/pricing?utm_source=news&utm_medium=email",
            "title": "Prices",
            "visitor": visitor,
        }
        yield client.bytes_of("POST", "/t/collect", body)


def reports(client: Client, contact_ids: list[int]) -> Iterator[bytes]:
    while True:
        number = next(numbers)
        body = {
            "contact": {"id": contact_ids[number % len(contact_ids)]},
            "kind": "page_view",
            "event_id": f"bench-{number}",
            "url": "https://www.example.com/pricing",
        }
        key = f"Idempotency-Key: bench-{number}\r\n"
        yield client.bytes_of("POST", "/api/v1/interactions/", body, key)


def polls(client: Client, session: str) -> Iterator[bytes]:
    cookie = f"Cookie: {settings.SESSION_COOKIE_NAME}={session}\r\n"
    since = f"{timezone.now():%Y-%m-%dT%H:%M:%S.%fZ}"
    # As a page asks that shows what there is.
    query = f"since={since}&count={NOTIFICATIONS}&new=0"
    request = client.bytes_of("GET", f"/inbox/poll/?{query}", None, cookie)
    while True:
        yield request


def megabytes(master: Process) -> float:
    """The largest process of the server, as resident in memory."""
    sizes = []
    for pid in master.children():
        status = Path(f"/proc/{pid}/status").read_text()
        sizes.append(int(status.split("VmRSS:")[1].split()[0]) / 1024)
    return max(sizes)
