"""The end of a split: the variant that has proved better gets all who come."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import User
from campaigns.experiments import Arm, winner_of
from campaigns.models import Sequence, SequenceEvent, SequenceVersion, Step
from campaigns.selectors.experiments import arms_of
from campaigns.steps.branches import BY_HAND

logger = logging.getLogger(__name__)


def choose_winners(*, at: datetime) -> int:
    """Look at all splits of active sequences that are still open; return how many had

    a winner. A sequence that fails is logged, and the others are looked at.
    """
    count = 0
    for sequence in Sequence.objects.active().order_by("pk"):
        try:
            count += _choose(sequence, at=at)
        except Exception:
            logger.exception("Looking for winners in sequence %s failed.", sequence.pk)
    return count


@transaction.atomic
def set_winner(
    *,
    sequence: Sequence,
    key: str,
    winner: str,
    arms: Mapping[str, Arm],
    by: User | None,
    at: datetime,
) -> bool:
    """Let all who come to the split of that key take ``winner``; False if it has one.

    In every version that has this variant, the draft included: it is the one thing of a
    published step that changes, and an event keeps it with the figures.
    """
    Sequence.objects.select_for_update(no_key=True).get(pk=sequence.pk)
    steps = Step.objects.filter(
        version__sequence=sequence, key=key, kind=Step.Kind.SPLIT
    )
    open_ones = [
        step
        for step in steps
        if not step.settings.get("winner")
        and winner in {variant["name"] for variant in step.settings["variants"]}
    ]
    if not open_ones:
        return False
    for step in open_ones:
        step.settings = {**step.settings, "winner": winner}
        step.save(update_fields=["settings"])
    facts = {
        "step": key,
        "winner": winner,
        "arms": {name: [arm.contacts, arm.successes] for name, arm in arms.items()},
    }
    SequenceEvent.objects.create(
        sequence=sequence, kind=SequenceEvent.Kind.WINNER, by=by, at=at, facts=facts
    )
    return True


def _choose(sequence: Sequence, *, at: datetime) -> int:
    published = SequenceVersion.objects.filter(
        sequence=sequence, published_at__isnull=False
    )
    version = published.order_by("-number").first()
    if version is None:
        return 0
    count = 0
    for step in version.steps.filter(kind=Step.Kind.SPLIT):
        settings = step.settings
        if settings.get("winner") or settings.get("by") == BY_HAND:
            continue
        arms = arms_of(sequence, step, at=at)
        winner = winner_of(arms, least=settings.get("least", 200))
        if winner is not None:
            count += set_winner(
                sequence=sequence,
                key=step.key,
                winner=winner,
                arms=arms,
                by=None,
                at=at,
            )
    return count
