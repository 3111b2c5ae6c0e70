from __future__ import annotations

from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scoring.selectors.verification import wrong_crossings, wrong_scores


class Command(BaseCommand):
    help = "Count all scores anew by other means, and compare; exit 1 on a mismatch."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for sentence in chain(wrong_scores(), wrong_crossings()):
            found += 1
            self.stdout.write(sentence)
        if found:
            raise CommandError(f"{found} mismatches.")
        self.stdout.write("All scores and crossings are right.")
