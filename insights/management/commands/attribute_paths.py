"""``manage.py attribute_paths``: which channel earned which share of conversions."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from insights.attribution.catalog import OF_FILES, attribute
from insights.attribution.files import read_paths
from insights.attribution.matrices import lapack_inverse
from insights.attribution.paths import Credits
from leadhub.command_files import opened
from leadhub.errors import DomainError


class Command(BaseCommand):
    help = (
        "Shares the conversions of a CSV file of paths among its channels; "
        "'-' reads standard input."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            help="columns: path (channels joined by ' > '), total_conversions, and if "
            "you like total_conversion_value and total_null",
        )
        parser.add_argument(
            "--model",
            action="append",
            choices=OF_FILES,
            help="may be repeated; all of them unless told",
        )
        parser.add_argument(
            "--order",
            type=int,
            default=1,
            metavar="N",
            help="how many touches the states of the Markov chain remember",
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["order"] < 1:
            raise CommandError("--order is at least 1.")
        try:
            with opened(options["file"]) as file:
                paths = read_paths(file)
        except DomainError as refusal:
            raise CommandError(f"{options['file']}: {refusal}") from refusal
        found = {
            model: attribute(
                paths, model=model, order=options["order"], invert=lapack_inverse
            )
            for model in dict.fromkeys(options["model"] or OF_FILES)
        }
        if options["json"]:
            self.stdout.write(json.dumps(_plain(found), indent=2, ensure_ascii=False))
        else:
            self._print(found)

    def _print(self, found: dict[str, Credits]) -> None:
        """A row per channel and model, those who earned most first."""
        rows = [("model", "conversions", "value", "channel")]
        for model, earned in found.items():
            ranked = sorted(
                earned.items(), key=lambda item: (-item[1].conversions, str(item[0]))
            )
            rows += [
                (model, f"{credit.conversions:.6f}", f"{credit.value:.2f}", str(key))
                for key, credit in ranked
            ]
        widths = [max(len(row[place]) for row in rows) for place in range(3)]
        for model, conversions, value, channel in rows:
            self.stdout.write(
                f"{model:<{widths[0]}}  {conversions:>{widths[1]}}  "
                f"{value:>{widths[2]}}  {channel}"
            )


def _plain(found: dict[str, Credits]) -> dict[str, dict[str, dict[str, float]]]:
    return {
        model: {
            str(key): {"conversions": credit.conversions, "value": credit.value}
            for key, credit in earned.items()
        }
        for model, earned in found.items()
    }
