"""What contacts allow, in lists of them: a dot with a word for mail and for calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, pgettext

from contacts.columns import Column, register_column
from contacts.digests import address_digest
from contacts.models.consent import Consent
from contacts.models.contact import Contact
from contacts.models.touch import Suppression

YES, NO, NOT_ASKED = "yes", "no", "not_asked"


@dataclass(frozen=True, slots=True)
class Mark:
    """A dot with a word: ``state`` is "yes", "no" or "not_asked"."""

    state: str
    label: str
    aside: str = ""


def allowed(contacts: Sequence[Contact], at: datetime) -> dict[int, list[Mark]]:
    """Whether marketing may mail and a rep may call, where there is an address.

    By what each said last, and whether the address is suppressed; two queries. Not the
    gate: a claim, a pause or a cap may speak against a touch as well.
    """
    mails = {
        YES: Mark(YES, pgettext("allowed", "Mail")),
        NO: Mark(NO, gettext("No mail")),
        NOT_ASKED: Mark(NOT_ASKED, pgettext("allowed", "Mail"), gettext("not asked")),
    }
    calls = {
        YES: Mark(YES, pgettext("allowed", "Calls")),
        NO: Mark(NO, gettext("No calls")),
    }
    said = _last_said(contacts)
    digests = {contact.pk: address_digest(contact.email) for contact in contacts}
    rows = Suppression.objects.in_force(at=at).filter(digest__in=digests.values())
    suppressed = set(rows.values_list("digest", flat=True))
    found: dict[int, list[Mark]] = {}
    for contact in contacts:
        marks = found[contact.pk] = []
        mail = said.get((contact.pk, Consent.Purpose.EMAIL_MARKETING), NOT_ASKED)
        if digests[contact.pk] in suppressed or contact.disqualified_at:
            mail = NO
        if contact.email:
            marks.append(mails[mail])
        # Calls need no permission; whoever said no is not called.
        call = said.get((contact.pk, Consent.Purpose.PHONE), YES)
        if contact.phone or call == NO:
            marks.append(calls[call])
    return found


def draw(marks: list[Mark] | None) -> SafeString:
    return format_html(
        '<span class="lh-allowed">{}</span>',
        format_html_join("", "{}", ((_mark(mark),) for mark in marks or ())),
    )


def _mark(mark: Mark) -> SafeString:
    if not mark.aside:
        return format_html('<span class="is-{}">{}</span>', mark.state, mark.label)
    return format_html(
        '<span class="is-{}" title="{}">{}<span class="visually-hidden"> {}</span></span>',
        mark.state,
        mark.aside,
        mark.label,
        mark.aside,
    )


def _last_said(contacts: Sequence[Contact]) -> dict[tuple[int, str], str]:
    """(contact id, purpose) -> yes or no, by the latest word on it."""
    purposes = (Consent.Purpose.EMAIL_MARKETING, Consent.Purpose.PHONE)
    rows = Consent.objects.filter(contact__in=contacts, purpose__in=purposes)
    words = rows.order_by("at", "pk").values_list("contact_id", "purpose", "granted")
    return {(pk, purpose): YES if granted else NO for pk, purpose, granted in words}


def register() -> None:
    register_column(
        Column(
            name="allowed",
            label=gettext_lazy("Consent"),
            load=allowed,
            draw=draw,
            position=3,
        )
    )
