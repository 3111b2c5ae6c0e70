"""What sales knows against touching somebody: a colleague is talking to them."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from contacts.gate import Purpose, Reason, Touch, register_objector, register_reason
from sales.models import Claim, Handoff

REASONS = {
    "claimed": _("%(name)s is talking to this contact."),
    "handed_off": _("Is with sales: %(name)s."),
    "handed_off_to_team": _("Is with sales."),
}


def against_claimed(touch: Touch) -> Iterator[Reason]:
    """A claim stops all that is automated, and what colleagues would do."""
    if touch.purpose == Purpose.SERVICE:
        return
    claims = Claim.objects.live(at=touch.at).filter(contact=touch.contact.pk)
    for claim in claims.select_related("rep"):
        if touch.by is None or claim.rep_id != touch.by.pk:
            yield Reason("claimed", {"name": str(claim.rep)}, until=claim.until)


def against_handed_off(touch: Touch) -> Iterator[Reason]:
    """From the offer on, marketing is silent."""
    if touch.purpose != Purpose.MARKETING:
        return
    rows = Handoff.objects.open().filter(contact=touch.contact.pk)
    for handoff in rows.select_related("assignee"):
        if handoff.assignee is None:
            yield Reason("handed_off_to_team")
        else:
            yield Reason("handed_off", {"name": str(handoff.assignee)})


def register_objectors() -> None:
    for code, sentence in REASONS.items():
        register_reason(code, sentence)
    register_objector("claim", against_claimed)
    register_objector("handoff", against_handed_off)
