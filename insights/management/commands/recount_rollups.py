"""``manage.py recount_rollups [--verify]``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from insights.services.rollup_checks import differences
from insights.services.rollups import recount, roll_up


class Command(BaseCommand):
    help = (
        "Count anew what dashboards count beforehand, from the facts. Pages stay"
        " right meanwhile. With --verify change nothing: print what differs, and exit"
        " with 1 if anything does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--verify", action="store_true", help="only compare")

    def handle(self, *args: Any, verify: bool, **options: Any) -> None:
        now = timezone.now()
        if not verify:
            recount(at=now, progress=self.stderr.write)
            roll_up(at=now)
            self.stdout.write("Counted anew.")
            return
        count = 0
        for line in differences(at=now):
            count += 1
            self.stdout.write(line)
        if count:
            raise CommandError(f"{count} figures differ.")
        self.stdout.write("What is counted beforehand is what there is.")
