"""What visitors send: typed data is worth a new contact, never somebody else's."""

from __future__ import annotations

from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.models import Form, FormSubmission
from contacts.services.contacts import ensure_contacts
from contacts.text import clean_text
from contacts.values import errors_of
from journeys.models import Visitor
from journeys.models.interaction import Kind
from journeys.services.tracking import Report, track_interactions
from leadhub.errors import DomainError, InvalidValue

# How long a page with the form may stay open.
TOKEN_LIFE = timedelta(hours=24)


class BadSubmission(InvalidValue):
    """``faults`` maps the fields of the form to sentences."""

    code = "bad_submission"

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = faults


class FormExpired(DomainError):
    code = "form_expired"


def new_token(form: Form) -> str:
    """A token for one sending of the form, signed and good for 24 hours."""
    return _signer(form).sign(token_urlsafe(16))


@transaction.atomic
def submit_form(
    *,
    form: Form,
    values: dict[str, str],
    agrees: bool,
    token: str,
    at: datetime,
    url: str = "",
    visitor: Visitor | None = None,
) -> FormSubmission:
    """Store what somebody sent, and count it as interactions of the contact.

    An unknown address becomes a contact with these values. Of a known one nothing
    changes: whoever typed it has not shown that it is theirs, so the values are kept
    as proposals with the submission.

    Safe to repeat: a token that was used gives the first submission. Raises
    ``BadSubmission`` and ``FormExpired``.
    """
    number = _number_of(form, token)
    earlier = FormSubmission.objects.filter(token=number).first()
    if earlier is not None:
        return earlier
    data = _checked(form, values, agrees=agrees)
    source = f"form {form.slug}"
    contacts = ensure_contacts(items=[data], at=at, source=source)
    [contact] = contacts.values()
    made_contact = contact.created_at == at
    submission = FormSubmission.objects.create(
        form=form,
        contact=contact,
        token=number,
        values=values_to_keep(values, form),
        consent_text=form.consent_text if agrees else "",
        at=at,
        made_contact=made_contact,
    )
    track_interactions(
        reports=[
            Report(
                contact=contact,
                visitor=visitor,
                kind=kind,
                source=source,
                occurred_at=at,
                event_id=f"{number}-{kind}",
                url=url,
                title=form.name,
            )
            for kind in dict.fromkeys([Kind.FORM_SUBMIT, form.interaction_kind])
        ],
        at=at,
    )
    return submission


def values_to_keep(values: dict[str, str], form: Form) -> dict[str, str]:
    """Of what was sent, the form's own fields."""
    names = [field["name"] for field in form.fields]
    return {name: values[name] for name in names if values.get(name)}


def _checked(form: Form, values: dict[str, str], *, agrees: bool) -> dict[str, Any]:
    """The values as data of a contact. Raises ``BadSubmission``."""
    faults: dict[str, str] = {}
    data: dict[str, Any] = {}
    for field in form.fields:
        name = field["name"]
        try:
            value = clean_text(values.get(name, ""), attr=name, max_length=300)
        except InvalidValue as error:
            faults[name] = str(error)
            continue
        if value:
            _put(data, name, value)
        elif field.get("required") or name == "email":
            faults[name] = _("Please fill this in.")
    if form.consent_text and not agrees:
        faults["consent"] = _("Please agree, so that we may answer you.")
    if not faults:
        [errors] = errors_of([data])
        faults = {error.attr or "email": str(error) for error in errors}
    if faults:
        raise BadSubmission(faults)
    return data


def _put(data: dict[str, Any], name: str, value: str) -> None:
    family, _dot, key = name.partition(".")
    if not key:
        data[name] = {"name": value} if name == "company" else value
    elif family in ("custom", "company"):
        data.setdefault(family, {})[key] = value


def _number_of(form: Form, token: str) -> str:
    try:
        return _signer(form).unsign(token, max_age=TOKEN_LIFE)
    except BadSignature as error:
        sentence = _("This form was open for too long. Please send it again.")
        raise FormExpired(sentence) from error


def _signer(form: Form) -> TimestampSigner:
    return TimestampSigner(salt=f"form:{form.pk}")
