"""A version of a sequence as its builder shows it: steps in words, with live counts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User, WebhookEndpoint
from campaigns.models import MailTemplate, Sequence, SequenceVersion, Step
from campaigns.selectors.sequences import plan_of, taken_at, waiting_at
from campaigns.steps.kinds import KINDS
from campaigns.steps.plan import Plan
from campaigns.steps.sentences import Names, branch_label, sentence_of
from contacts.conditions.sentences import describe_each
from journeys.models import Phase

ICONS = {
    Step.Kind.MAIL: "mail",
    Step.Kind.WAIT: "clock",
    Step.Kind.WAIT_UNTIL: "calendar-time",
    Step.Kind.BRANCH: "git-branch",
    Step.Kind.SPLIT: "arrows-split-2",
    Step.Kind.SET_FIELD: "pencil",
    Step.Kind.TAG: "tag",
    Step.Kind.MOVE: "arrow-right",
    Step.Kind.TASK: "checklist",
    Step.Kind.NOTIFY: "bell",
    Step.Kind.WEBHOOK: "webhook",
}


@dataclass(slots=True)
class StepRow:
    """One step: what it does, who waits there now, how often it was done."""

    step: Step
    number: str
    sentence: str
    waiting: int
    done: int
    is_first: bool
    is_last: bool
    branches: list[BranchRow] = field(default_factory=list)

    @property
    def icon(self) -> str:
        return ICONS[Step.Kind(self.step.kind)]


@dataclass(slots=True)
class BranchRow:
    """One way on, and how many took it."""

    name: str
    label: str
    taken: int
    is_winner: bool
    rows: list[StepRow]


def rows_of(sequence: Sequence, version: SequenceVersion | None) -> list[StepRow]:
    """The trunk, branches within; a handful of queries, however many steps there are.

    Counts are over all versions: a step is known by its key.
    """
    plan = plan_of(version)
    names = names_of(plan.by_pk.values())
    counts = (waiting_at(sequence), taken_at(sequence))
    return _rows(plan, names, counts, parent=None, branch="", prefix="")


def names_of(steps: Collection[Step]) -> Names:
    """What the settings of these steps name by number."""
    kinds = ("template", "user", "phase", "endpoint")
    wanted: dict[str, set[int]] = {kind: set() for kind in kinds}
    for step in steps:
        for name, ids in wanted.items():
            if name in step.settings:
                ids.add(step.settings[name])
    templates = MailTemplate.objects.filter(pk__in=wanted["template"])
    phases = Phase.objects.filter(pk__in=wanted["phase"]).select_related("journey")
    webhooks = WebhookEndpoint.objects.filter(pk__in=wanted["endpoint"])
    branching = [step for step in steps if step.kind == Step.Kind.BRANCH]
    sentences = describe_each(step.settings["condition"] for step in branching)
    return Names(
        templates=dict(templates.values_list("pk", "name")),
        users={row.pk: str(row) for row in User.objects.filter(pk__in=wanted["user"])},
        webhooks=dict(webhooks.values_list("pk", "name")),
        phases={row.pk: f"{row.journey}: {row}" for row in phases},
        conditions={
            s.key: words for s, words in zip(branching, sentences, strict=True)
        },
    )


def _rows(
    plan: Plan,
    names: Names,
    counts: tuple[dict[str, int], dict[str, dict[str, int]]],
    *,
    parent: Step | None,
    branch: str,
    prefix: str,
) -> list[StepRow]:
    waiting, taken = counts
    line = plan.line(parent, branch)
    found = []
    for place, step in enumerate(line, 1):
        notes = taken.get(step.key, {})
        row = StepRow(
            step=step,
            number=f"{prefix}{place}",
            sentence=sentence_of(step, names),
            waiting=waiting.get(step.key, 0),
            done=sum(notes.values()),
            is_first=place == 1 and parent is None,
            is_last=place == len(line) and parent is None,
        )
        for letter, name in enumerate(KINDS[step.kind].branches(step.settings)):
            inner: dict[str, Any] = {"parent": step, "branch": name}
            inner["prefix"] = f"{row.number}{'abcde'[letter]}"
            row.branches.append(
                BranchRow(
                    name=name,
                    label=branch_label(step.kind, name),
                    taken=notes.get(name, 0),
                    is_winner=step.settings.get("winner") == name,
                    rows=_rows(plan, names, counts, **inner),
                )
            )
        found.append(row)
    return found
