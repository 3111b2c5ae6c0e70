"""Verbs about what forms ask to agree to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models import ConsentText, Form
from contacts.models import Consent
from contacts.text import clean_text
from leadhub.errors import InvalidValue

# A page may have been open for so long when its form is sent.
STILL_SHOWN = timedelta(hours=24)
LONGEST = 2_000


class BadConsentText(InvalidValue):
    code = "bad_consent_text"


@transaction.atomic
def save_consent_text(
    *,
    form: Form,
    name: str,
    text: str,
    purposes: Collection[str],
    language: str,
    is_required: bool,
    by: User | None,
    at: datetime,
    position: int = 0,
) -> ConsentText:
    """Show this wording from now on; the one before it ends and is kept.

    Saving what is shown already changes nothing. Raises ``BadConsentText``.
    """
    values = _checked(name, text, purposes, language)
    values |= {"position": position, "is_required": is_required}
    Form.objects.select_for_update(no_key=True).get(pk=form.pk)
    versions = ConsentText.objects.filter(
        form=form, name=values["name"], language=language
    )
    latest = versions.order_by("-version").first()
    current = versions.current().first()
    if current and all(getattr(current, key) == value for key, value in values.items()):
        return current
    versions.current().update(ended_at=at)
    version = latest.version + 1 if latest else 1
    return ConsentText.objects.create(
        form=form, version=version, at=at, by=by, **values
    )


@transaction.atomic
def end_consent_text(*, text: ConsentText, at: datetime) -> ConsentText:
    """Ask for it no more. What was agreed to stays agreed to."""
    ConsentText.objects.current().filter(pk=text.pk).update(ended_at=at)
    text.refresh_from_db()
    return text


def texts_of(form: Form) -> list[ConsentText]:
    """What the form asks, in its language; in another where there is none in it."""
    rows = form.consent_texts.current().order_by("position", "pk")
    found: dict[str, ConsentText] = {}
    for row in rows:
        if row.name not in found or row.language == form.language:
            found[row.name] = row
    return sorted(found.values(), key=lambda row: (row.position, row.pk))


def agreed_texts(
    form: Form, agreed: Mapping[str, str], *, at: datetime
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """What was shown, each with ``agreed``, and the faults by name of the checkbox.

    ``agreed``: name of the text -> the version that was ticked. A version that has
    been replaced counts while pages that showed it may be open.
    """
    shown, faults = [], {}
    for text in texts_of(form):
        ticked = agreed.get(text.name, "")
        seen = text if ticked in ("", str(text.version)) else None
        if seen is None:
            seen = _earlier(text, ticked, at=at)
        if seen is None:
            faults[text.field] = _("This text has changed. Please read it again.")
            continue
        if text.is_required and not ticked:
            faults[text.field] = _("Please agree, so that we may answer you.")
        shown.append({**seen.as_shown(), "agreed": bool(ticked)})
    return shown, faults


def _earlier(text: ConsentText, version: str, *, at: datetime) -> ConsentText | None:
    if not (version.isascii() and version.isdigit() and len(version) < 9):
        return None
    rows = ConsentText.objects.filter(
        form=text.form_id,
        name=text.name,
        language=text.language,
        version=int(version),
        ended_at__gt=at - STILL_SHOWN,
    )
    return rows.first()


def _checked(
    name: str,
    text: str,
    purposes: Collection[str],
    language: str,
) -> dict[str, Any]:
    name = clean_text(name, attr="name", max_length=40)
    try:
        validate_slug(name)
    except ValidationError as error:
        sentence = _("Letters, digits and hyphens only.")
        raise BadConsentText(sentence, attr="name") from error
    words = clean_text(text, attr="text", max_length=LONGEST, multiline=True)
    if not words:
        raise BadConsentText(_("Please fill this in."), attr="text")
    if language not in dict(settings.LANGUAGES):
        raise BadConsentText(_("We do not speak this language."), attr="language")
    if unknown := set(purposes) - set(Consent.Purpose.values):
        sentence = _("There is no purpose %(name)s.") % {"name": min(unknown)}
        raise BadConsentText(sentence, attr="purposes")
    ordered = [each for each in Consent.Purpose.values if each in purposes]
    return {"name": name, "text": words, "purposes": ordered, "language": language}
