"""What sales knows against touching somebody: that somebody works on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Exists
from django.utils.translation import gettext_lazy as _

from contacts.gate import (
    Objection,
    Purpose,
    Reason,
    Touch,
    register_objector,
    register_reason,
)
from sales.models import Claim, Deal, Handoff

REASONS = {
    "claimed": _("%(name)s is talking to this contact."),
    "handed_off": _("Is with sales: %(name)s."),
    "handed_off_to_team": _("Is with sales."),
    "deal_open": _("A deal is open: %(title)s."),
}


def against_claimed(touches: Sequence[Touch]) -> Iterator[Objection]:
    """A claim stops all that is automated, and what colleagues would do."""
    stopped = [touch for touch in touches if touch.purpose != Purpose.SERVICE]
    if not stopped:
        return
    live = Claim.objects.live(at=min(touch.at for touch in stopped))
    rows = live.filter(contact__in=_contact_ids(stopped)).select_related("rep")
    claims = {claim.contact_id: claim for claim in rows}
    for touch in stopped:
        claim = claims.get(touch.contact.pk)
        if claim is None or claim.until <= touch.at:
            continue
        if touch.by is None or claim.rep_id != touch.by.pk:
            params = {"name": str(claim.rep)}
            yield touch, Reason("claimed", params, until=claim.until)


def sign_of_claim(touch: Touch) -> Exists | None:
    if touch.purpose == Purpose.SERVICE:
        return None
    return Exists(Claim.objects.live(at=touch.at).filter(contact=touch.contact.pk))


def against_handed_off(touches: Sequence[Touch]) -> Iterator[Objection]:
    """From the offer on, marketing is silent."""
    silent = [touch for touch in touches if touch.purpose == Purpose.MARKETING]
    if not silent:
        return
    rows = Handoff.objects.open().filter(contact__in=_contact_ids(silent))
    handoffs = {row.contact_id: row for row in rows.select_related("assignee")}
    for touch in silent:
        handoff = handoffs.get(touch.contact.pk)
        if handoff is None:
            continue
        if handoff.assignee is None:
            yield touch, Reason("handed_off_to_team")
        else:
            yield touch, Reason("handed_off", {"name": str(handoff.assignee)})


def sign_of_handoff(touch: Touch) -> Exists | None:
    if touch.purpose != Purpose.MARKETING:
        return None
    return Exists(Handoff.objects.open().filter(contact=touch.contact.pk))


def against_deals(touches: Sequence[Touch]) -> Iterator[Objection]:
    """While a deal is open, marketing is silent, and so is all that is automated."""
    silent = [touch for touch in touches if touch.purpose == Purpose.MARKETING]
    if not silent:
        return
    rows = Deal.objects.open().filter(contact__in=_contact_ids(silent)).order_by("-pk")
    titles = dict(rows.values_list("contact", "title"))
    for touch in silent:
        if (title := titles.get(touch.contact.pk)) is not None:
            yield touch, Reason("deal_open", {"title": title})


def sign_of_deal(touch: Touch) -> Exists | None:
    if touch.purpose != Purpose.MARKETING:
        return None
    return Exists(Deal.objects.open().filter(contact=touch.contact.pk))


def _contact_ids(touches: Sequence[Touch]) -> set[int]:
    return {touch.contact.pk for touch in touches}


def register_objectors() -> None:
    for code, sentence in REASONS.items():
        register_reason(code, sentence)
    register_objector("claim", against_claimed, sign=sign_of_claim)
    register_objector("handoff", against_handed_off, sign=sign_of_handoff)
    register_objector("deal", against_deals, sign=sign_of_deal)
