"""Merging two of the contacts, and taking it back, in the midst of everything."""

from __future__ import annotations

from django.utils import timezone

from contacts.models import Contact, Merge
from contacts.services.merging import merge_contacts, undo_merge
from insights.collisions.ledger import Ledger
from insights.collisions.stage import SOURCE
from insights.collisions.turns import Turn
from sales.models import Claim, Handoff

UNSUBSCRIBE = "unsubscribe"


def merge(turn: Turn) -> None:
    """The one whose turn it is goes on for another of the scene."""
    others = [each for each in turn.scene.contacts if each.pk != turn.contact.pk]
    if not others:
        return
    gone, ledger = turn.draw.choice(others), turn.ledger
    with ledger.merging:
        pks = [turn.contact.pk, gone.pk]
        ledger.suspend(pks, but=UNSUBSCRIBE)
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
                    contact_id=row.kept_id,
                    what=f"merge {row.pk} with who had unsubscribed",
                )
        finally:
            promise_what_stands(ledger, pks)


def unmerge(turn: Turn) -> None:
    """Take one of the scene's merges back."""
    merges = Merge.objects.standing().filter(kept__in=turn.scene.contacts)
    rows = list(merges.order_by("pk"))
    if not rows:
        return
    row, ledger = turn.draw.choice(rows), turn.ledger
    with ledger.merging:
        pks = [row.kept_id, row.gone_id]
        ledger.suspend(pks, but=UNSUBSCRIBE)
        try:
            undo_merge(merge=row, by=turn.scene.stage.marketer, at=timezone.now())
        finally:
            promise_what_stands(ledger, pks)


def promise_what_stands(ledger: Ledger, contact_ids: list[int]) -> None:
    """No mail to whoever is claimed or with sales now."""
    living = Contact.objects.filter(pk__in=contact_ids)
    now = timezone.now()
    for claim in Claim.objects.live(at=now).filter(contact__in=living):
        ledger.promise(
            ("claim", claim.pk), contact_id=claim.contact_id, what=f"claim {claim.pk}"
        )
    for handoff in Handoff.objects.open().filter(contact__in=living):
        ledger.promise(
            ("handoff", handoff.pk),
            contact_id=handoff.contact_id,
            what=f"handoff {handoff.pk} was opened",
        )
