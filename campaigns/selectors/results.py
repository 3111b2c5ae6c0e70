"""What came of a sequence: mails by step, links, and how machines are kept apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count

from campaigns.models import Message, Sequence, SequenceVersion, Step
from campaigns.models.message import MailLink
from campaigns.selectors.builder import names_of
from campaigns.selectors.sequences import plan_of, taken_at, waiting_at
from campaigns.steps.sentences import sentence_of
from journeys.models import Interaction
from journeys.models.interaction import Kind

ARRIVED = (Message.State.SENT, Message.State.UNKNOWN)


@dataclass(slots=True)
class MailFigures:
    """One mail step over all versions. People are counted once, machines not at all."""

    sentence: str
    sent: int
    waiting: int
    clicked: int = 0
    opened: int = 0
    machines: int = 0

    @property
    def share(self) -> float | None:
        return self.clicked / self.sent if self.sent else None

    @property
    def opened_share(self) -> float | None:
        return self.opened / self.sent if self.sent else None


@dataclass(slots=True)
class LinkFigures:
    """One target: who took it by a link of their own, and clicks without a name."""

    target: str
    people: int = 0
    nameless: int = 0
    machines: int = 0


@dataclass(slots=True)
class Results:
    mails: list[MailFigures] = field(default_factory=list)
    links: list[LinkFigures] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Act:
    """A click or an opening in a mail of a run."""

    enrollment: int
    step: int
    kind: str
    is_machine: bool
    target: str
    at: datetime


def results_of(sequence: Sequence, version: SequenceVersion | None) -> Results:
    plan = plan_of(version)
    mails = [s for s, _depth in plan.in_order() if s.kind == Step.Kind.MAIL]
    names, taken, waiting = (
        names_of(mails),
        taken_at(sequence),
        waiting_at(sequence),
    )
    figures = {
        step.key: MailFigures(
            sentence=f"{number}. {sentence_of(step, names)}",
            sent=sum(taken.get(step.key, {}).get(state, 0) for state in ARRIVED),
            waiting=waiting.get(step.key, 0),
        )
        for number, step in enumerate(mails, 1)
    }
    links: dict[str, LinkFigures] = {}
    people: dict[tuple[str, str], set[int]] = defaultdict(set)
    takers: dict[str, set[int]] = defaultdict(set)
    keys = dict(
        Step.objects.filter(version__sequence=sequence).values_list("pk", "key")
    )
    for act in acts_in(keys):
        mail = figures.get(keys[act.step])
        if act.kind == Kind.EMAIL_CLICK:
            link = links.setdefault(act.target, LinkFigures(act.target))
            link.machines += act.is_machine
            if not act.is_machine:
                takers[act.target].add(act.enrollment)
        if act.is_machine:
            if mail is not None:
                mail.machines += 1
        else:
            people[keys[act.step], act.kind].add(act.enrollment)
    for key, mail in figures.items():
        mail.clicked = len(people[key, Kind.EMAIL_CLICK])
        mail.opened = len(people[key, Kind.EMAIL_OPEN])
    _nameless(mails, links)
    for target, link in links.items():
        link.people = len(takers[target])
    by_use = sorted(links.values(), key=lambda link: (-link.people, link.target))
    return Results(list(figures.values()), by_use)


def acts_in(steps: Iterable[int]) -> Iterator[Act]:
    """Clicks and openings by links of one's own, in mails of these steps."""
    wanted = set(steps)
    templates = {
        settings["template"]
        for settings in Step.objects.filter(
            pk__in=wanted, kind=Step.Kind.MAIL
        ).values_list("settings", flat=True)
    }
    rows = Interaction.objects.filter(
        kind__in=[Kind.EMAIL_CLICK, Kind.EMAIL_OPEN],
        link__mail_link__message__template__in=templates,
        link__mail_link__message__kind=Message.Kind.SEQUENCE,
    )
    # Without the links that people do not see.
    rows = rows.exclude(kind=Kind.EMAIL_CLICK, link__target_url="").values_list(
        "link__mail_link__message__key",
        "kind",
        "is_machine",
        "link__target_url",
        "occurred_at",
    )
    for key, kind, is_machine, target, at in rows.iterator(chunk_size=2_000):
        _word, enrollment, step = key.split(":")
        if int(step) in wanted:
            yield Act(int(enrollment), int(step), kind, is_machine, target, at)


def _nameless(mails: list[Step], links: dict[str, LinkFigures]) -> None:
    """Clicks of those who did not agree to be tracked: counted on the template."""
    for template in {step.settings["template"] for step in mails}:
        rows = MailLink.objects.filter(
            scope__startswith=f"template:{template}:", message=None
        )
        counted = rows.values_list(
            "link__target_url", "link__interactions__is_machine"
        ).annotate(count=Count("link__interactions"))
        for target, is_machine, count in counted:
            if count and target:
                link = links.setdefault(target, LinkFigures(target))
                if is_machine:
                    link.machines += count
                else:
                    link.nameless += count
