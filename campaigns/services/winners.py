"""The end of a split: the variant that has proved better gets all who come."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.experiments import Arm, winner_of
from campaigns.models import Sequence, SequenceEvent, Step
from campaigns.selectors.experiments import arms_of
from campaigns.selectors.sequences import published_version
from campaigns.steps.branches import BY_HAND
from leadhub.errors import DomainError, InvalidValue

logger = logging.getLogger(__name__)


class NoSuchVariant(InvalidValue):
    code = "no_such_variant"
    attr = "variant"


class IsDecided(DomainError):
    code = "split_is_decided"


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
def choose_winner(
    *, sequence: Sequence, key: str, variant: str, by: User | None, at: datetime
) -> None:
    """Let all who come to the split of that key take ``variant``, because we say so.

    Also where clicks or the goal would decide: what they have shown by now is kept with
    the decision. Raises ``NoSuchVariant`` and ``IsDecided``.
    """
    version = published_version(sequence)
    splits = version.steps.filter(kind=Step.Kind.SPLIT, key=key) if version else []
    step = next(iter(splits), None)
    if step is None:
        sentence = _("There is no such split in the published version.")
        raise NoSuchVariant(sentence, attr="step")
    if variant not in {each["name"] for each in step.settings["variants"]}:
        raise NoSuchVariant(_("The winner is none of the variants."))
    arms = arms_of(sequence, step, at=at)
    if not set_winner(
        sequence=sequence, key=key, winner=variant, arms=arms, by=by, at=at
    ):
        raise IsDecided(_("This split has its winner already."))


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
    version = published_version(sequence)
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
