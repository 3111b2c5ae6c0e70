"""Merging two of the contacts, and taking it back, in the midst of everything."""

from __future__ import annotations

from django.utils import timezone

from contacts.models import Merge
from contacts.services.merging import merge_contacts, undo_merge
from insights.collisions.promising import COMPANY, UNSUBSCRIBE, promise_what_stands
from insights.collisions.stage import SOURCE
from insights.collisions.turns import NothingToDo, Turn

# What a merge does not end.
LASTING = (UNSUBSCRIBE, COMPANY)


def merge(turn: Turn) -> None:
    """The one whose turn it is goes on for another of the scene."""
    others = [each for each in turn.scene.contacts if each.pk != turn.contact.pk]
    if not others:
        raise NothingToDo
    gone, ledger = turn.draw.choice(others), turn.ledger
    with ledger.merging:
        pks = [turn.contact.pk, gone.pk]
        ledger.suspend(pks, but=LASTING)
        try:
            row = merge_contacts(
                keep=turn.contact,
                merge=gone,
                by=turn.scene.stage.marketer,
                at=timezone.now(),
                source=SOURCE,
            )
            if ledger.has_promised((UNSUBSCRIBE, gone.pk)):
                ledger.promise(
                    (f"{UNSUBSCRIBE} of another", row.pk),
                    contact_ids=[row.kept_id],
                    what=f"merge {row.pk} with who had unsubscribed",
                )
        finally:
            promise_what_stands(turn)


def unmerge(turn: Turn) -> None:
    """Take one of the scene's merges back."""
    merges = Merge.objects.standing().filter(kept__in=turn.scene.contacts)
    rows = list(merges.order_by("pk"))
    if not rows:
        raise NothingToDo
    row, ledger = turn.draw.choice(rows), turn.ledger
    with ledger.merging:
        pks = [row.kept_id, row.gone_id]
        ledger.suspend(pks, but=LASTING)
        try:
            undo_merge(merge=row, by=turn.scene.stage.marketer, at=timezone.now())
        finally:
            promise_what_stands(turn)
