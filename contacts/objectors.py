"""What contacts itself knows against touching somebody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.db.models import Exists
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from contacts.digests import address_digest
from contacts.gate import (
    Channel,
    Objection,
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


def against_address(touches: Sequence[Touch]) -> Iterator[Objection]:
    for touch in touches:
        if touch.channel == Channel.PHONE:
            if not touch.contact.phone:
                yield touch, Reason("no_phone")
        elif not touch.contact.email:
            yield touch, Reason("no_address")


def against_suppressed(touches: Sequence[Touch]) -> Iterator[Objection]:
    """An objection ends all mail but what the person asks for; a dead address all."""
    digests = {
        touch: address_digest(touch.contact.email)
        for touch in touches
        if touch.channel == Channel.EMAIL and touch.contact.email
    }
    rows: dict[str, list[Suppression]] = defaultdict(list)
    if digests:
        in_force = Suppression.objects.in_force(at=min(touch.at for touch in digests))
        for row in in_force.filter(digest__in=set(digests.values())).order_by("pk"):
            rows[row.digest].append(row)
    for touch, digest in digests.items():
        for row in rows[digest]:
            is_over = row.until is not None and row.until <= touch.at
            if not is_over and _matters(row, touch):
                yield touch, Reason(f"suppressed_{row.reason}", until=row.until)


def sign_of_suppression(touch: Touch) -> Exists | None:
    if touch.channel != Channel.EMAIL or not touch.contact.email:
        return None
    in_force = Suppression.objects.in_force(at=touch.at)
    return Exists(in_force.of_address(touch.contact.email))


def _matters(row: Suppression, touch: Touch) -> bool:
    if touch.purpose == Purpose.SERVICE:
        return row.reason == Suppression.Reason.BOUNCED
    if touch.purpose == Purpose.PERSONAL:
        return row.reason in Suppression.FOR_ALL_MAIL
    return True


def against_without_consent(touches: Sequence[Touch]) -> Iterator[Objection]:
    wanted = {touch: purpose for touch in touches if (purpose := _consent_for(touch))}
    latest = Consent.objects.latest_of(
        {touch.contact.pk for touch in wanted}, set(wanted.values())
    )
    for touch, purpose in wanted.items():
        granted = latest.get((touch.contact.pk, purpose))
        if purpose == Consent.Purpose.PHONE:
            if granted is False:
                yield touch, Reason("do_not_call")
        elif not granted:
            yield touch, Reason("no_consent" if granted is None else "withdrawn")


def sign_of_no_consent(touch: Touch) -> Combinable | None:
    purpose = _consent_for(touch)
    if purpose is None:
        return None
    return ~Consent.objects.grants(contact_id=touch.contact.pk, purpose=purpose)


def _consent_for(touch: Touch) -> Consent.Purpose | None:
    if touch.channel == Channel.PHONE:
        return Consent.Purpose.PHONE
    is_marketing = touch.purpose == Purpose.MARKETING
    return Consent.Purpose.EMAIL_MARKETING if is_marketing else None


def against_disqualified(touches: Sequence[Touch]) -> Iterator[Objection]:
    for touch in touches:
        if touch.purpose == Purpose.MARKETING and touch.contact.disqualified_at:
            yield touch, Reason("disqualified")


def against_paused(touches: Sequence[Touch]) -> Iterator[Objection]:
    automated = [touch for touch in touches if touch.purpose == Purpose.MARKETING]
    if not automated:
        return
    guards = TouchGuard.objects.filter(
        contact__in={touch.contact.pk for touch in automated},
        paused_until__gt=min(touch.at for touch in automated),
    )
    paused = dict(guards.values_list("contact_id", "paused_until"))
    for touch in automated:
        until = paused.get(touch.contact.pk)
        if until is not None and until > touch.at:
            yield touch, Reason("paused", until=until)


def sign_of_pause(touch: Touch) -> Exists | None:
    if touch.purpose != Purpose.MARKETING:
        return None
    guards = TouchGuard.objects.filter(contact=touch.contact.pk)
    return Exists(guards.filter(paused_until__gt=touch.at))


def register_objectors() -> None:
    for code, sentence in REASONS.items():
        register_reason(code, sentence)
    register_objector("address", against_address)
    register_objector("suppression", against_suppressed, sign=sign_of_suppression)
    register_objector("consent", against_without_consent, sign=sign_of_no_consent)
    register_objector("disqualified", against_disqualified)
    register_objector("pause", against_paused, sign=sign_of_pause)
