"""An inbox of 10,000 items: its first page, and what fifty open ones cost by asking."""

from __future__ import annotations

from datetime import timedelta
from time import process_time
from urllib.parse import urlencode

from django.test import Client
from django.utils import timezone

from accounts.models import Notification, User
from tests.benchmarks import contact_list
from tests.benchmarks._report import within
from tests.benchmarks.pages import page

ON = ("postgresql", "sqlite")
ITEMS = 10_000
OPEN, INTERVAL = 50, 5  # pages, and seconds between two questions of one
POLLS = 400


def run() -> bool:
    rep = User.objects.create_user(username="rep", role=User.Role.REP)
    fill(rep)
    contact_list.as_the_web_process_does()
    client = Client()
    client.force_login(rep)
    return all(
        [
            page(client, "inbox of 10,000, first page", "/inbox/", most=50),
            within(
                "50 open inboxes that ask, share of one core",
                100 * seconds_of_a_poll(client) * OPEN / INTERVAL,
                most=5,
                unit="%",
            ),
        ]
    )


def fill(rep: User) -> None:
    now = timezone.now()
    Notification.objects.bulk_create(
        Notification(
            recipient=rep,
            kind=Notification.Kind.HANDOFF,
            key=f"bench:{number}",
            subject_id=number,
            contact_id=number,
            title=f"Ada Byron {number}",
            subtitle="Analytical Engines Ltd",
            text="Asked for a demo; viewed prices 3 times in 2 days.",
            points=75,
            threshold=60,
            due_at=now + timedelta(hours=4),
            surfaces_at=now - timedelta(seconds=number),
        )
        for number in range(ITEMS)
    )


def seconds_of_a_poll(client: Client) -> float:
    """What one question with nothing new takes of a processor, the database's apart."""
    query = urlencode({"since": timezone.now().isoformat(), "count": 100, "new": 0})
    path = f"/inbox/poll/?{query}"
    assert client.get(path).status_code == 204
    began = process_time()
    for _poll in range(POLLS):
        client.get(path)
    return (process_time() - began) / POLLS
