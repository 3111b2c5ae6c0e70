"""``manage.py simulate_collisions``: both teams at once, about the same people."""

from __future__ import annotations

import os
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
from insights.collisions.play import Result, play_orders
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


class Command(BaseCommand):
    help = (
        "Plays visits, forms, due mails, claims, calls, answers of sales, merges and "
        "unsubscribes in random orders, in a database of its own that goes away "
        "again, and sends no mail; exit 1 if anything happened that never must."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--orders", type=int, default=100)
        parser.add_argument("--contacts", type=int, default=2, help="in each order")
        parser.add_argument("--acts", type=int, default=5, help="of each player")

    def handle(self, *args: Any, **options: Any) -> None:
        for name in ("orders", "contacts", "acts"):
            if options[name] < 1:
                raise CommandError(f"--{name} is at least 1.")
        with TemporaryDirectory(prefix="leadhub-") as place, _own_database(place):
            with override_settings(EMAIL_BACKEND=NO_MAIL, DATA_DIR=place):
                result = self._play(options)
            self._report(result)
        if result.broken:
            raise CommandError(f"{len(result.broken)} times broken.")

    def _play(self, options: dict[str, Any]) -> Result:
        def progress(done: int) -> None:
            if options["verbosity"] > 1 or done % 100 == 0:
                self.stdout.write(f"{done} orders")

        result = play_orders(
            stage=set_up(at=timezone.now()),
            orders=options["orders"],
            seed=options["seed"],
            contacts=options["contacts"],
            acts=options["acts"],
            progress=progress,
        )
        result.broken += chain(wrong_scores(), wrong_crossings())
        return result

    def _report(self, result: Result) -> None:
        self.stdout.write(f"{result.orders} orders, {result.done.total()} acts done:")
        for name, count in sorted(result.done.items()):
            self.stdout.write(f"  {name} {count}")
        self.stdout.write(f"{result.refused.total()} refused:")
        for name, count in sorted(result.refused.items()):
            self.stdout.write(f"  {name} {count}")
        for what, count in outcome().items():
            self.stdout.write(f"{what}: {count}")
        for sentence in result.broken[:MOST_SHOWN]:
            self.stderr.write(sentence)
