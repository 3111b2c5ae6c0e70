"""``manage.py demo``: data to try LeadHub with."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from insights.services.demo import create_demo
from leadhub.errors import DomainError


class Command(BaseCommand):
    help = "Fills an empty installation with invented people and their history."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--contacts", type=int, default=1_200)
        parser.add_argument("--interactions", type=int, default=9_000)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["contacts"] < 1 or options["interactions"] < 0:
            raise CommandError("--contacts is at least 1, --interactions at least 0.")

        def progress(line: str) -> None:
            if options["verbosity"] > 1:
                self.stdout.write(line)

        try:
            passwords = create_demo(
                contacts=options["contacts"],
                interactions=options["interactions"],
                seed=options["seed"],
                at=timezone.now(),
                progress=progress,
            )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        path = settings.DATA_DIR / "demo-sign-ins.txt"
        lines = "".join(
            f"{name} / {password}\n" for name, password in passwords.items()
        )
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(lines)
        self.stdout.write(lines, ending="")
