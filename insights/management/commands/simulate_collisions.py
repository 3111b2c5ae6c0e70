"""``manage.py simulate_collisions``: both teams at once, about the same people."""

from __future__ import annotations

import os
import signal
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.test.utils import override_settings, setup_databases, teardown_databases
from django.utils import timezone

from insights.collisions.checks import outcome
from insights.collisions.rounds import Result, play_orders
from insights.collisions.stage import set_up
from scoring.selectors.verification import wrong_crossings, wrong_scores

NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"
MOST_SHOWN = 20


@contextmanager
def _own_database(place: str) -> Iterator[None]:
    """An empty one beside the real one, on the same server."""
    name = f"collisions_{os.getpid()}"
    if connection.vendor == "sqlite":  # one in memory locks otherwise than a file
        name = f"{place}/{name}.sqlite3"
    connection.settings_dict["TEST"]["NAME"] = name
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(databases, verbosity=0)


class _Stopped:
    """True once somebody has asked for the end: Ctrl-C, or a signal to terminate."""

    def __init__(self) -> None:
        self._asked = False

    def __bool__(self) -> bool:
        return self._asked

    def _ask(self, *args: Any) -> None:
        self._asked = True

    @contextmanager
    def listening(self) -> Iterator[None]:
        signals = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(each, self._ask) for each in signals]
        try:
            yield
        finally:
            for each, handler in zip(signals, before, strict=True):
                signal.signal(each, handler)


class Command(BaseCommand):
    help = (
        "Plays visits, forms, due mails, claims, calls, tasks, answers of sales, deals, "
        "offers, merges and unsubscribes in random orders, in a database of its own "
        "that goes away again, and sends no mail. Ctrl-C ends it after the round that "
        "is being played. Exit 1 if anything happened that never must, or not all "
        "orders were played."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--orders", type=int, default=100)
        parser.add_argument("--contacts", type=int, default=2, help="in each order")
        parser.add_argument("--acts", type=int, default=5, help="of each player")
        parser.add_argument(
            "--processes", type=int, default=1, help="that play orders; PostgreSQL only"
        )
        parser.add_argument("--minutes", type=float, help="after which it ends")

    def handle(self, *args: Any, **options: Any) -> None:
        for name in ("orders", "contacts", "acts", "processes"):
            if options[name] < 1:
                raise CommandError(f"--{name} is at least 1.")
        if connection.vendor == "sqlite" and options["processes"] > 1:
            raise CommandError("On SQLite there is one process: leave --processes out.")
        stopped = _Stopped()
        with TemporaryDirectory(prefix="leadhub-") as place, _own_database(place):
            with override_settings(EMAIL_BACKEND=NO_MAIL, DATA_DIR=place):
                with stopped.listening():
                    result = self._play(options, stopped)
                self.stdout.write("Comparing all scores with the formula.")
                result.broken += chain(wrong_scores(), wrong_crossings())
            self._report(result)
        if result.broken:
            raise CommandError(f"{len(result.broken)} times broken.")
        if result.orders < options["orders"]:
            raise CommandError(
                f"Stopped after {result.orders} of {options['orders']} orders. In those "
                "nothing was broken."
            )

    def _play(self, options: dict[str, Any], stopped: _Stopped) -> Result:
        began, minutes = time.monotonic(), options["minutes"]
        told = 0

        def goes_on(result: Result) -> bool:
            nonlocal told
            passed = time.monotonic() - began
            rate = result.orders / passed
            self.stdout.write(
                f"{result.orders} orders in {passed:.0f} s, {rate:.1f} a second, "
                f"{len(result.broken)} times broken"
            )
            for sentence in result.broken[told:MOST_SHOWN]:
                self.stderr.write(sentence)
            told = len(result.broken)
            for stream in (self.stdout, self.stderr):
                stream.flush()
            return not stopped and (minutes is None or passed < 60 * minutes)

        names = ("orders", "seed", "contacts", "acts", "processes")
        return play_orders(
            stage=set_up(at=timezone.now()),
            goes_on=goes_on,
            **{name: options[name] for name in names},
        )

    def _report(self, result: Result) -> None:
        done, refused = result.done.total(), result.refused.total()
        self.stdout.write(f"{result.orders} orders, {done} acts done:")
        for name, count in sorted(result.done.items()):
            self.stdout.write(f"  {name} {count}")
        self.stdout.write(f"{refused} refused:")
        for name, count in sorted(result.refused.items()):
            self.stdout.write(f"  {name} {count}")
        self.stdout.write(f"{result.idle} found nothing to do")
        for what, count in outcome().items():
            self.stdout.write(f"{what}: {count}")
        for sentence in result.broken[:MOST_SHOWN]:
            self.stderr.write(sentence)
