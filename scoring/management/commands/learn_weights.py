"""Learn rules from outcomes, and try them on contacts they were not learned from."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Job
from accounts.services.running import run_until_finished
from leadhub.errors import DomainError
from scoring.calibration import calibration_bins
from scoring.learning.lessons import SHARES
from scoring.learning.pictures import roc_picture, rules_picture, share_picture
from scoring.models import ScoringModel
from scoring.roc import roc_points, thinned
from scoring.selectors.ranking import Ranking, ranking
from scoring.services.learning import start_learning
from scoring.services.taking import NEW, take_learned_rules


class Command(BaseCommand):
    help = (
        "Learns rules that tell who will have an outcome and puts them into a new "
        "draft. Prints each with its evidence. Nothing that is live changes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("model", type=int, help="whose threshold and half-life")
        parser.add_argument(
            "--outcome", required=True, help="a condition as JSON, or deal_won"
        )
        parser.add_argument("--among", help="whom to learn from: a condition as JSON")
        parser.add_argument("--fields", help="names of fields, separated by commas")
        parser.add_argument(
            "--held-out", help="whom to try the rules on: a condition as JSON"
        )
        parser.add_argument("--pictures", help="a folder to put pictures into, as SVG")

    def handle(self, *args: Any, **options: Any) -> None:
        model = ScoringModel.objects.with_rules().filter(pk=options["model"]).first()
        if model is None:
            raise CommandError("There is no such model.")
        outcome = _json(options["outcome"])
        data: dict[str, Any] = {"outcome": outcome, "among": _json(options["among"])}
        if options["fields"]:
            data["fields"] = [name.strip() for name in options["fields"].split(",")]
        try:
            job = start_learning(model=model, data=data, by=None, at=timezone.now())
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        job = run_until_finished(job)
        if job.status != Job.Status.DONE:
            raise CommandError(job.error or "It was stopped.")
        self._say(job.result)
        if job.result["rules"]:
            found = self._take(model, job, outcome, _json(options["held_out"]))
            if options["pictures"]:
                _draw(Path(options["pictures"]), job.result, found)

    def _say(self, result: dict[str, Any]) -> None:
        self.stdout.write(f"{result['n']} contacts, {result['with_outcome']} with it")
        for field in result["fields"]:
            left_out = "  left out" if field["is_left_out"] else ""
            self.stdout.write(f"  {field['auc']:.3f}  {field['label']}{left_out}")
        for rule, evidence in zip(result["rules"], result["evidence"], strict=True):
            self.stdout.write(
                f"{rule['points']:+5d} ({evidence['points_low']:+d} to "
                f"{evidence['points_high']:+d})  {rule['name']}: {evidence['with']} "
                f"contacts, {evidence['rate_with']:.0%}; "
                f"without it {evidence['rate_without']:.0%}"
            )
        if result["reason"]:
            self.stdout.write(result["reason"])
        else:
            self.stdout.write(
                f"AUC, cross-validated: {result['auc']:.3f} ± {result['auc_error']:.3f}"
            )

    def _take(
        self, model: ScoringModel, job: Job, outcome: Any, held_out: Any
    ) -> Ranking | None:
        now = timezone.now()
        rules = job.result["rules"]
        points = {place: rule["points"] for place, rule in enumerate(rules)}
        draft = take_learned_rules(
            model=model, job=job, points=points, into=NEW, by=None, at=now
        )
        self.stdout.write(f"Draft {draft.pk}: {draft}")
        if held_out is None:
            return None
        draft = ScoringModel.objects.with_rules().get(pk=draft.pk)
        found = ranking(draft, outcome=outcome, among=held_out, at=now)
        self.stdout.write(
            f"AUC on {len(found.totals)} contacts held out: "
            + ("-" if found.auc is None else f"{found.auc:.3f}")
        )
        for share in SHARES:
            threshold, had, taken = found.best(share)
            self.stdout.write(
                f"  best {share:.0%}: from {threshold:g} points, {had} of {taken}"
            )
        return found


def _draw(folder: Path, result: dict[str, Any], found: Ranking | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {
        "rules": rules_picture(
            result["rules"],
            result["evidence"],
            title="Points of each rule, and where they are in 9 of 10 cases",
        )
    }
    if found and found.auc is not None:
        points = thinned(roc_points(found.totals, found.outcome))
        title = f"Contacts held out: area under the curve {found.auc:.3f}"
        pictures["roc"] = roc_picture(points, title=title)
        edges = sorted({found.best(share)[0] for share in (0.1, 0.2, 0.4, 0.6, 0.8)})
        bins = calibration_bins(found.totals, found.outcome, edges=edges)
        title = "Contacts held out: who had the outcome, by points"
        pictures["shares"] = share_picture(bins, title=title)
    for name, picture in pictures.items():
        (folder / f"{name}.svg").write_text(picture, encoding="utf-8")


def _json(text: str | None) -> Any:
    """A condition; a word that is no JSON is the name of an outcome."""
    if text is None or not text.lstrip().startswith("{"):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise CommandError(f"This is not JSON: {text}") from error
