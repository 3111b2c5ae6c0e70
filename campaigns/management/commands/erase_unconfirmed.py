"""``manage.py erase_unconfirmed``: what the scheduler does every hour, by hand."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from campaigns.services.expiry import erase_unconfirmed


class Command(BaseCommand):
    help = "Erase sign-ups that nobody has confirmed within 30 days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say how many, and change nothing"
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        erased = erase_unconfirmed(at=timezone.now(), is_dry_run=dry_run)
        words = "would be erased" if dry_run else "erased"
        self.stdout.write(
            f"{erased.opt_ins} sign-ups and {erased.contacts} contacts {words}"
        )
