"""5,000 interactions in one request, against COPY of the same rows into the same table."""

from __future__ import annotations

import io
import json
from itertools import count

from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.services.tokens import create_token
from journeys.models import Interaction
from tests.benchmarks._report import against, in_turns, seconds
from tests.factories.accounts import AdminFactory
from tests.factories.contacts import ContactFactory

ROWS = 5_000
GOAL = 0.25


def run() -> bool:
    contacts = [ContactFactory(company=None).pk for _ in range(500)]
    token = create_token(user=AdminFactory(), name="bench", at=timezone.now())
    client, batches = Client(headers={"Authorization": f"Bearer {token}"}), count()

    def ours() -> float:
        batch = next(batches)
        items = [
            {
                "contact": {"id": contacts[n % len(contacts)]},
                "kind": "page_view",
                "event_id": f"bench-{batch}-{n}",
                "occurred_at": "2026-01-01T12:00:00Z",
                "url": "https://www.example.com/pricing",
                "title": "Prices",
            }
            for n in range(ROWS)
        ]
        body = json.dumps({"items": items})

        def post() -> None:
            answer = client.post(
                "/api/v1/interactions/batch/", body, content_type="application/json"
            )
            assert answer.json()["accepted"] == ROWS, answer.content[:500]

        return ROWS / seconds(post)

    def copy() -> float:
        """What the last batch has stored, taken out and brought in again."""
        names = ", ".join(f'"{f.column}"' for f in Interaction._meta.concrete_fields)
        file = io.StringIO()
        with connection.cursor() as cursor:
            cursor.copy_expert(
                f"COPY (SELECT {names} FROM journeys_interaction"
                f" ORDER BY recorded_at DESC LIMIT {ROWS}) TO STDOUT",
                file,
            )
            cursor.execute(
                "DELETE FROM journeys_interaction WHERE id IN (SELECT id FROM"
                f" journeys_interaction ORDER BY recorded_at DESC LIMIT {ROWS})"
            )
            file.seek(0)
            statement = f"COPY journeys_interaction ({names}) FROM STDIN"
            return ROWS / seconds(lambda: cursor.copy_expert(statement, file))

    rate, limit = in_turns(ours, copy)
    return against(
        "batch of 5,000 by REST, and COPY",
        ours=rate,
        limit=limit,
        unit="rows/s",
        goal=GOAL,
    )
