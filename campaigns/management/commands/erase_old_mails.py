"""``manage.py erase_old_mails``: what the scheduler does four times a day, by hand."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from campaigns.services.retention import erase_old_mails


class Command(BaseCommand):
    help = "Erase what stood in mails that were sent more than twelve months ago."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say how many, and change nothing"
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        count = erase_old_mails(at=timezone.now(), is_dry_run=dry_run)
        words = "would be erased" if dry_run else "erased"
        self.stdout.write(f"{count} mails {words}")
