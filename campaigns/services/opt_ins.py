"""Double opt-in: whoever typed an address must show that its mails reach them."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.parser import BytesHeaderParser
from typing import Any
from zlib import decompress

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaigns.evidence import Evidence
from campaigns.models import AddressKey, FormSubmission, Message, MessageCopy, OptIn
from campaigns.models.opt_in import VALID
from campaigns.purposes import OF_VISITORS
from campaigns.rendering.mails import Draft
from campaigns.services.addresses import key_of
from campaigns.services.applying import apply_submission
from campaigns.services.choices import granted_purposes
from campaigns.services.downloads import grant_download
from campaigns.services.messages import plan_message
from campaigns.tokens import Door, make_token
from contacts.gate import Purpose
from contacts.models import Contact
from contacts.services.consents import record_consents
from contacts.services.contacts import update_contact
from journeys.models import Visitor
from journeys.models.interaction import Kind
from journeys.services.tracking import Report, track_interactions
from journeys.services.visitors import CONFIRMED, join_visitor

# Against sign-ups in somebody else's name: what one address gets, whoever types it.
MOST_MAILS = 3
BETWEEN_MAILS = timedelta(days=1)


@transaction.atomic
def request_opt_in(
    *,
    submission: FormSubmission,
    evidence: Evidence,
    visitor: Visitor | None,
    at: datetime,
) -> OptIn | None:
    """Ask the owner of the address to confirm what was agreed to; None if nothing was.

    An address gets one such mail a day and three in all until it confirms: a second
    one waits for its day, a fourth is not sent. Who sends a form again while its mail
    is on its way gets no other one. What is granted already is not asked for.
    """
    contact = submission.contact
    texts = [text for text in submission.consents if text["agreed"]]
    wanted = {purpose for text in texts for purpose in text["purposes"]}
    if contact is None or not wanted:
        return None
    granted = granted_purposes(contact)
    if all(granted.get(purpose) for purpose in wanted):
        return None
    address = _locked(key_of(contact))
    is_asked = _is_on_its_way(address, submission, texts, at=at)
    opt_in = OptIn.objects.create(
        address=address,
        contact=contact,
        submission=submission,
        email=submission.values.get("email", contact.email),
        language=(get_language() or settings.LANGUAGE_CODE)[:5],
        texts=texts,
        requested_at=at,
        request=evidence.as_json(),
        visitor=visitor,
        mail_at=None if is_asked else take_slot(address, at=at),
    )
    if opt_in.mail_at is not None:
        plan_mail(opt_in, at=at, due_at=opt_in.mail_at)
    return opt_in


@transaction.atomic
def confirm_opt_in(
    *, opt_in: OptIn, evidence: Evidence, visitor: Visitor | None, at: datetime
) -> OptIn:
    """The owner of the address confirms: permissions, and what was typed, now count.

    ``visitor`` is the browser that confirms; it becomes the contact, with what it did
    before if the texts say so. The one that typed does not: anybody can type. What the
    form trades is granted. A repeat changes nothing, and the first proof stays.
    """
    rows = OptIn.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.select_related("contact", "address", "submission__form__content")
    opt_in = rows.get(pk=opt_in.pk)
    if opt_in.confirmed_at is not None:
        return opt_in
    opt_in.confirmed_at, opt_in.confirmation = at, evidence.as_json()
    opt_in.save(update_fields=["confirmed_at", "confirmation"])
    source = f"form {opt_in.submission.form.slug}"
    apply_submission(submission=opt_in.submission, source=source, at=at)
    _speak(opt_in, source=source, at=at)
    for text in opt_in.texts:
        record_consents(
            contact=opt_in.contact,
            decisions=dict.fromkeys(text["purposes"], True),
            source=source,
            proof=proof_of(opt_in, text),
            at=at,
            is_own_word=True,
        )
    if visitor is not None:
        visitor = _joined(opt_in, visitor, at=at)
    AddressKey.objects.filter(pk=opt_in.address_id).update(
        opt_in_mails=0, last_opt_in_mail_at=None
    )
    report = Report(
        contact=opt_in.contact,
        visitor=visitor,
        kind=Kind.OPT_IN_CONFIRMED,
        source=source,
        occurred_at=at,
        event_id=f"opt-in {opt_in.pk}",
        title=opt_in.submission.form.name,
    )
    track_interactions(reports=[report], at=at)
    content = opt_in.submission.form.content
    if content is not None:
        grant_download(
            content=content,
            contact=opt_in.contact,
            submission=opt_in.submission,
            at=at,
        )
    return opt_in


def proof_of(opt_in: OptIn, text: dict[str, Any]) -> dict[str, Any]:
    """All that shows who agreed to the text, and that the address is theirs."""
    copies = MessageCopy.objects.filter(message__key__startswith=f"optin:{opt_in.pk}:")
    return {
        **{key: text[key] for key in ("name", "version", "language", "text")},
        "form": opt_in.submission.form.name,
        "url": opt_in.submission.url,
        "address": opt_in.email,
        "requested_at": opt_in.requested_at.isoformat(),
        "request": opt_in.request,
        "message_ids": [_message_id(copy) for copy in copies.order_by("pk")],
        "confirmed_at": opt_in.confirmed_at.isoformat() if opt_in.confirmed_at else "",
        "confirmation": opt_in.confirmation,
    }


def take_slot(address: AddressKey, *, at: datetime) -> datetime | None:
    """When the address may get the next mail that asks to confirm; None: never.

    Counts it. ``address`` must be locked.
    """
    if address.opt_in_mails >= MOST_MAILS:
        return None
    last = address.last_opt_in_mail_at
    slot = max(at, last + BETWEEN_MAILS) if last else at
    address.opt_in_mails += 1
    address.last_opt_in_mail_at = slot
    address.save(update_fields=["opt_in_mails", "last_opt_in_mail_at"])
    return slot


def plan_mail(
    opt_in: OptIn, *, at: datetime, due_at: datetime, number: int = 1
) -> None:
    token = make_token(Door.CONFIRM, key=opt_in.key, at=due_at)
    link = settings.SITE_URL + reverse("campaigns:confirm", args=[token])
    asked = [text for text in opt_in.texts if text["purposes"]]
    with translation.override(opt_in.language):
        subject, body = _words(len(asked), is_reminder=number > 1)
        plan_message(
            key=f"optin:{opt_in.pk}:{number}",
            contact=opt_in.contact,
            purpose=Purpose.SERVICE,
            kind=Message.Kind.OPT_IN,
            title=_("Please confirm: %(form)s") % {"form": opt_in.submission.form.name},
            draft=Draft(subject=subject, body=body),
            context={
                "form_name": opt_in.submission.form.name,
                "confirm_url": link,
                **{f"text_{n}": text["text"] for n, text in enumerate(asked, 1)},
            },
            at=at,
            due_at=due_at,
            expires_at=due_at + VALID,
        )


def _words(count: int, *, is_reminder: bool) -> tuple[str, str]:
    """Subject and body, with places for what is filled in when it is sent."""
    subject = _("Please confirm your address")
    if is_reminder:
        subject = _("A reminder: please confirm your address")
    texts = "\n\n".join(f"> {{{{ text_{number} }}}}" for number in range(1, count + 1))
    body = "\n\n".join(
        (
            _("Hello,"),
            _(
                "Somebody, hopefully you, has entered this address in our form "
                "“{{ form_name }}” and agreed to this:"
            ),
            texts,
            _("If that was you, please confirm it:"),
            "[" + _("Confirm my address") + ']({{ confirm_url }} "button")',
            _(
                "The link works for 7 days. If it was not you, do nothing: without "
                "your confirmation we delete what was entered after 30 days."
            ),
        )
    )
    return subject, body


def _message_id(copy: MessageCopy) -> str:
    """As it stood in the mail that was handed over."""
    headers = BytesHeaderParser().parsebytes(decompress(bytes(copy.mail)))
    return str(headers["Message-ID"])


def _speak(opt_in: OptIn, *, source: str, at: datetime) -> None:
    """Whoever has read the form so far goes on in its language."""
    contact = Contact.objects.get(pk=opt_in.contact_id)
    if not contact.language:
        data = {"language": opt_in.language}
        update_contact(contact=contact, data=data, by=None, at=at, source=source)


def _locked(address: AddressKey) -> AddressKey:
    return AddressKey.objects.select_for_update(no_key=True).get(pk=address.pk)


def _is_on_its_way(
    address: AddressKey,
    submission: FormSubmission,
    texts: list[dict[str, Any]],
    *,
    at: datetime,
) -> bool:
    """True if the mail for the same form and texts is out, or waits for its day."""
    rows = OptIn.objects.unconfirmed().filter(
        address=address, submission__form=submission.form_id, mail_at__gt=at - VALID
    )
    asked = rows.values_list("texts", flat=True)
    return any(_versions(each) == _versions(texts) for each in asked)


def _versions(texts: list[dict[str, Any]]) -> set[tuple[str, str, int]]:
    return {(text["name"], text["language"], text["version"]) for text in texts}


def _joined(opt_in: OptIn, visitor: Visitor, *, at: datetime) -> Visitor:
    contact = opt_in.contact
    with_history = bool(opt_in.purposes & OF_VISITORS)
    joined = join_visitor(
        visitor=visitor,
        contact=contact,
        level=CONFIRMED,
        at=at,
        with_history=with_history,
    )
    if joined.contact_id is None:  # it was somebody else's, and is nobody's now
        joined = join_visitor(visitor=joined, contact=contact, level=CONFIRMED, at=at)
    return joined
