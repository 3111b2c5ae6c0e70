"""``manage.py remove_demo``: away with the invented people."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from insights.services.demo_removal import remove_demo


class Command(BaseCommand):
    help = "Deletes what manage.py demo made; what you added yourself stays."

    def handle(self, *args: Any, **options: Any) -> None:
        removal = remove_demo(by=None, at=timezone.now())
        self.stdout.write(f"{removal.contacts} contacts deleted.")
        for name in removal.kept:
            self.stdout.write(f"In use, kept: {name}")
