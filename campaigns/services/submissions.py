"""What visitors send: typed data is worth a new contact, never somebody else's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from django.core.signing import BadSignature, TimestampSigner
from django.utils.translation import gettext as _

from campaigns.evidence import Evidence
from campaigns.fields import Field, data_of, fields_of
from campaigns.models import Form, FormSubmission, LandingPage
from campaigns.selectors.asking import answered_by, fields_to_ask
from campaigns.services.consent_texts import agreed_texts
from campaigns.services.downloads import grant_download
from campaigns.services.opt_ins import request_opt_in
from contacts.services.contacts import update_contact
from contacts.services.repeating import in_one_transaction
from contacts.values import errors_of
from journeys.beacon import tidy
from journeys.models import TrackedLink, Visitor
from journeys.models.interaction import Kind
from journeys.senders import Sender
from journeys.services.tracking import Report, track_interactions
from journeys.services.typed import submit_typed_address
from leadhub.errors import DomainError, InvalidValue

# How long a page with the form may stay open.
TOKEN_LIFE = timedelta(hours=24)
LONGEST = 1000


class BadSubmission(InvalidValue):
    """``faults`` maps the fields of the form, or "" for all, to sentences."""

    code = "bad_submission"

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = faults


class FormExpired(DomainError):
    code = "form_expired"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the form stood, and what had led there."""

    page: LandingPage | None = None
    url: str = ""
    utm: dict[str, str] = field(default_factory=dict)
    referrer: str = ""
    # The tracked link that was clicked to get there.
    link: TrackedLink | None = None


def new_token(form: Form) -> str:
    """A token for one sending of the form, signed and good for 24 hours."""
    return _signer(form).sign(token_urlsafe(16))


def submit_form(
    *,
    form: Form,
    values: dict[str, str],
    token: str,
    origin: Origin,
    sender: Sender,
    visitor: Visitor | None,
    at: datetime,
    consents: Mapping[str, str] | None = None,
    evidence: Evidence | None = None,
) -> FormSubmission:
    """Store what somebody sent, and count it as interactions of the contact.

    An unknown address becomes a contact with these values, and the visitor's history
    is its. Of a known one nothing changes: whoever typed it has not shown that it is
    theirs, so the values are kept as proposals. What a machine sends is kept with the
    reason, unchecked, and is nobody's.

    ``consents``: name of a text -> the version that was agreed to. Whoever agreed to a
    purpose is asked by mail to confirm that the address is theirs; until then it is no
    permission. ``evidence`` of who agreed is kept for the proof.

    What the form trades is granted at once if nothing is to be confirmed, else with the
    confirmation. A new contact that came by a rep's link is the rep's.

    Safe to repeat: a token that was used gives the first submission. Raises
    ``BadSubmission`` and ``FormExpired``.
    """
    number = _number_of(form, token)
    sent = FormSubmission(
        form=form,
        page=origin.page,
        token=number,
        at=at,
        url=origin.url,
        network=sender.network,
        user_agent=sender.user_agent,
        machine_reason=sender.machine_reason,
        visitor=visitor,
        link=origin.link,
    )
    fields = fields_of(form)
    asked = fields_to_ask(form, fields, answered=answered_by(form, visitor))
    needed = {one.name for one in asked if one.is_required}

    def work() -> FormSubmission:
        visitor_now = visitor
        earlier = FormSubmission.objects.filter(token=number).first()
        if earlier is not None:
            return earlier
        if sender.machine_reason:
            sent.values = _kept(values, fields)
        else:
            shown, faults = agreed_texts(form, consents or {}, at=at)
            for name in needed:
                if not values.get(name, "").strip():
                    faults[name] = _("Please fill this in.")
            data = _checked(fields, values, faults)
            sent.values = _kept(values, fields)
            sent.consents = shown
            visitor_now = _count(sent, data, origin, visitor=visitor)
        sent.save(force_insert=True)
        if sent.contact is not None:
            opt_in = request_opt_in(
                submission=sent,
                evidence=evidence or Evidence(),
                visitor=visitor_now,
                at=at,
            )
            if opt_in is None and form.content is not None:
                grant_download(
                    content=form.content, contact=sent.contact, submission=sent, at=at
                )
        return sent

    return in_one_transaction(work)


def _count(
    sent: FormSubmission,
    data: dict[str, Any],
    origin: Origin,
    *,
    visitor: Visitor | None,
) -> Visitor | None:
    """Make or find the contact, and track what sending the form counts as.

    Returns who the browser is now.
    """

    def report(kind: str, visitor: Visitor | None) -> Report:
        return Report(
            contact=sent.contact,
            visitor=visitor,
            kind=kind,
            source=f"form {sent.form.slug}",
            occurred_at=sent.at,
            event_id=f"{sent.token}-{kind}",
            url=origin.url,
            title=sent.form.name,
            utm=origin.utm or None,
            referrer=origin.referrer,
            link=origin.link,
        )

    typed = submit_typed_address(
        email=data.get("email", ""),
        fields={name: value for name, value in data.items() if name != "email"},
        report=report(Kind.FORM_SUBMIT, visitor),
        at=sent.at,
    )
    sent.contact, sent.made_contact = typed.contact, typed.is_new_contact
    rep = origin.link.rep if origin.link else None
    if typed.is_new_contact and typed.contact and rep and rep.is_active:
        update_contact(
            contact=typed.contact,
            data={"owner": rep.pk},
            by=None,
            at=sent.at,
            source=f"form {sent.form.slug}",
        )
    if sent.form.interaction_kind != Kind.FORM_SUBMIT and typed.interaction:
        also = report(sent.form.interaction_kind, typed.visitor)
        track_interactions(reports=[also], at=sent.at)
    return typed.visitor


def _kept(values: dict[str, str], fields: list[Field]) -> dict[str, str]:
    """Of what was sent, the form's own fields, as text that can be stored."""
    found = {one.name: tidy(values.get(one.name, ""), LONGEST) for one in fields}
    return {name: text for name, text in found.items() if text}


def _checked(
    fields: list[Field], values: dict[str, str], faults: dict[str, str]
) -> dict[str, Any]:
    """The values as data of a contact. Raises ``BadSubmission``, also for ``faults``."""
    data = data_of(values, [one.name for one in fields])
    [errors] = errors_of([data])
    for error in errors:
        faults.setdefault(_field_of(error.attr or "", fields), str(error))
    if faults:
        raise BadSubmission(faults)
    return data


def _field_of(attr: str, fields: list[Field]) -> str:
    """The form's name for what a fault is about; "" for none of them."""
    names = {one.name for one in fields}
    family = attr.partition(".")[0]
    return attr if attr in names else family if family in names else ""


def _number_of(form: Form, token: str) -> str:
    try:
        return _signer(form).unsign(token, max_age=TOKEN_LIFE)
    except BadSignature as error:
        sentence = _("This form was open for too long. Please send it again.")
        raise FormExpired(sentence) from error


def _signer(form: Form) -> TimestampSigner:
    return TimestampSigner(salt=f"form:{form.pk}")
