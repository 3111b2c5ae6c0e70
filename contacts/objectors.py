"""What contacts itself knows against touching somebody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from contacts.digests import address_digest
from contacts.gate import (
    Channel,
    Purpose,
    Reason,
    Touch,
    register_objector,
    register_reason,
)
from contacts.models.consent import Consent
from contacts.models.touch import Suppression, TouchGuard

REASONS = {
    "no_address": _("There is no e-mail address."),
    "no_phone": _("There is no phone number."),
    "no_consent": _("No permission for marketing by e-mail."),
    "withdrawn": _("The permission for marketing by e-mail was withdrawn."),
    "do_not_call": _("Does not want to be called."),
    "disqualified": _("Is not to become a customer."),
    "paused": _("Automated touches are paused."),
    **{f"suppressed_{reason.value}": reason.label for reason in Suppression.Reason},
}


def against_address(touch: Touch) -> Iterable[Reason]:
    if touch.channel == Channel.PHONE:
        return [] if touch.contact.phone else [Reason("no_phone")]
    return [] if touch.contact.email else [Reason("no_address")]


def against_suppressed(touch: Touch) -> Iterator[Reason]:
    """An objection ends all mail but what the person asks for; a dead address all."""
    if touch.channel != Channel.EMAIL or not touch.contact.email:
        return
    rows = Suppression.objects.in_force(at=touch.at)
    for row in rows.filter(digest=address_digest(touch.contact.email)).order_by("pk"):
        if touch.purpose == Purpose.SERVICE:
            matters = row.reason == Suppression.Reason.BOUNCED
        elif touch.purpose == Purpose.PERSONAL:
            matters = row.reason in Suppression.FOR_ALL_MAIL
        else:
            matters = True
        if matters:
            yield Reason(f"suppressed_{row.reason}", until=row.until)


def against_without_consent(touch: Touch) -> Iterable[Reason]:
    if touch.channel == Channel.PHONE:
        latest = _latest(touch, Consent.Purpose.PHONE)
        refused = latest is not None and not latest.granted
        return [Reason("do_not_call")] if refused else []
    if touch.purpose != Purpose.MARKETING:
        return []
    latest = _latest(touch, Consent.Purpose.EMAIL_MARKETING)
    if latest is None:
        return [Reason("no_consent")]
    return [] if latest.granted else [Reason("withdrawn")]


def against_disqualified(touch: Touch) -> Iterable[Reason]:
    out = touch.purpose == Purpose.MARKETING and touch.contact.disqualified_at
    return [Reason("disqualified")] if out else []


def against_paused(touch: Touch) -> Iterator[Reason]:
    if touch.purpose != Purpose.MARKETING:
        return
    guards = TouchGuard.objects.filter(
        contact=touch.contact.pk, paused_until__gt=touch.at
    )
    for until in guards.values_list("paused_until", flat=True):
        yield Reason("paused", until=until)


def _latest(touch: Touch, purpose: Consent.Purpose) -> Consent | None:
    rows = Consent.objects.filter(contact=touch.contact.pk, purpose=purpose)
    return rows.order_by("-at", "-pk").first()


def register_objectors() -> None:
    for code, sentence in REASONS.items():
        register_reason(code, sentence)
    register_objector("address", against_address)
    register_objector("suppression", against_suppressed)
    register_objector("consent", against_without_consent)
    register_objector("disqualified", against_disqualified)
    register_objector("pause", against_paused)
