"""What is promised to contacts as things stand."""

from __future__ import annotations

from django.utils import timezone

from campaigns.models import Message
from insights.collisions.stage import COMPANY_CAP
from insights.collisions.turns import Turn
from journeys.models import Interaction
from journeys.models.interaction import Kind
from sales.models import Claim, Deal, Handoff

UNSUBSCRIBE, COMPANY = "unsubscribe", "company"
CALLS = (Kind.CALL_OUTBOUND, Kind.MEETING)


def promise_what_stands(turn: Turn) -> None:
    """No mail of marketing to whoever is with sales now, nor a colleague's if claimed."""
    ledger, people = turn.ledger, turn.scene.contact_ids
    with ledger.merging:
        for claim in Claim.objects.live(at=timezone.now()).filter(contact__in=people):
            ledger.promise(
                ("claim", claim.pk),
                contact_ids=[claim.contact_id],
                what=f"claim {claim.pk}",
                only_by=claim.rep_id,
            )
        for handoff in Handoff.objects.open().filter(contact__in=people):
            ledger.promise(
                ("handoff", handoff.pk),
                contact_ids=[handoff.contact_id],
                what=f"handoff {handoff.pk} was opened",
            )
        for deal in Deal.objects.open().filter(contact__in=people):
            ledger.promise(
                ("deal", deal.pk),
                contact_ids=[deal.contact_id],
                what=f"deal {deal.pk} was opened",
            )


def promise_to_company(turn: Turn) -> None:
    """No more mails of marketing to a company that has been touched enough."""
    if turn.contact.company_id is None:
        return
    people, ledger = turn.scene.contact_ids, turn.ledger
    key = (COMPANY, turn.scene.number)
    if ledger.has_promised(key):
        return
    calls = Interaction.objects.filter(contact__in=people, kind__in=CALLS).count()
    mails = Message.objects.may_have_arrived().filter(contact__in=people).count()
    if calls + mails >= COMPANY_CAP:
        what = f"their company had had {calls + mails} touches"
        ledger.promise(key, contact_ids=people, what=what)
