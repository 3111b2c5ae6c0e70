"""Mails a second, to a mail server of the same machine, beside plain smtplib.

Both hand over one mail after the other on one connection. Ours asks the gate, writes
its journal and the database, and tracks the mail; that is what the ratio tells.
"""

from __future__ import annotations

import smtplib
import zlib
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Message
from campaigns.services.sending import send_due_messages
from tests.benchmarks._report import against, in_turns, seconds, within
from tests.faults.mails import Sink, plan_mails, sending_to

ON = ("postgresql", "sqlite")
ROUNDS, EACH = 3, 100


def run() -> bool:
    with ExitStack() as stack:
        place = Path(stack.enter_context(TemporaryDirectory(prefix="leadhub-bench-")))
        sink = Sink(SimpleNamespace(place=place, _stack=stack))
        stack.enter_context(sending_to(sink, place))
        plan_mails((ROUNDS + 2) * EACH)
        Message.objects.update(due_at=timezone.now() + timedelta(days=1))
        _make_due()
        send_due_messages()  # what is made on first use
        _make_due()
        with CaptureQueriesContext(connection) as queries:
            send_due_messages()
        copy = Message.objects.filter(state=Message.State.SENT).first().copy
        mail = zlib.decompress(copy.mail)
        ours, limit = in_turns(
            _ours, lambda: EACH / _bare(mail, port=sink.port), rounds=ROUNDS
        )
    return all(
        [
            against("mails", ours=ours, limit=limit, unit="a second", goal=0.5),
            within("queries a mail", len(queries) / EACH, most=20, unit=""),
        ]
    )


def _make_due() -> None:
    planned = Message.objects.waiting().order_by("pk").values("pk")[:EACH]
    Message.objects.filter(pk__in=list(planned.values_list("pk", flat=True))).update(
        due_at=timezone.now()
    )


def _ours() -> float:
    _make_due()
    before = Message.objects.filter(state=Message.State.SENT).count()
    took = seconds(send_due_messages)
    sent = Message.objects.filter(state=Message.State.SENT).count() - before
    assert sent == EACH, sent
    return sent / took


def _bare(mail: bytes, *, port: int) -> float:
    """Seconds for as many mails with smtplib alone."""

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port) as server:
            for number in range(EACH):
                server.sendmail("us@example.org", [f"{number}@example.com"], mail)

    return seconds(send)
