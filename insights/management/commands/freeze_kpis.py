from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from insights.selectors.asked_periods import FIRST_DAY
from insights.services.kpi_months import freeze_due_month, freeze_month
from leadhub.errors import DomainError


class Command(BaseCommand):
    help = (
        "Close the figures of months that are over. What is closed stays as it was, "
        "whatever becomes of the facts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--month",
            type=_month,
            metavar="2026-10",
            help="this one only, without waiting; else all of the last twelve",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now, month = timezone.now(), options["month"]
        if month is not None:
            try:
                count = freeze_month(month=month, at=now)
            except DomainError as refusal:
                raise CommandError(str(refusal)) from refusal
        else:
            count = 0
            while found := freeze_due_month(at=now):
                count += found
        self.stdout.write(f"{count} figures closed.")


def _month(text: str) -> date:
    month = date.fromisoformat(f"{text}-01")
    if month < FIRST_DAY:
        raise ValueError
    return month
