"""Verbs about landing pages and forms."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.blocks import BadBlocks, read_blocks
from campaigns.fields import read_fields
from campaigns.models import Content, Form, LandingPage, Upload
from contacts.text import clean_text
from leadhub.errors import DomainError, InvalidValue

KIND = re.compile(r"[a-z0-9_-]{1,40}")
MOST_AT_ONCE = 30


class SlugTaken(DomainError):
    code = "slug_taken"


class InUse(DomainError):
    code = "in_use"


@transaction.atomic
def save_form(*, form: Form, by: User | None, at: datetime) -> Form:
    """Store a new or changed form. Raises ``InvalidValue``, ``SlugTaken``."""
    _clean(form, {"name": 100, "button": 60}, {"thanks": 2000})
    form.fields = read_fields(form.fields)
    if not KIND.fullmatch(form.interaction_kind):
        sentence = _("A kind is a word like demo_request.")
        raise InvalidValue(sentence, attr="interaction_kind")
    if not 0 <= form.asks_at_once <= MOST_AT_ONCE:
        sentence = _("At most %(most)s.") % {"most": MOST_AT_ONCE}
        raise InvalidValue(sentence, attr="asks_at_once")
    return _save(form, title=form.name, by=by, at=at)


@transaction.atomic
def save_page(*, page: LandingPage, by: User | None, at: datetime) -> LandingPage:
    """Store a new or changed landing page.

    Raises ``InvalidValue`` (of it ``BadBlocks``), ``SlugTaken``.
    """
    _clean(
        page,
        {"title": 120},
        {"lead": 300, "company": 120, "body": 20_000, "about": 5000},
    )
    page.blocks = read_blocks(page.blocks)
    _check_what_blocks_show(page)
    return _save(page, title=page.title, by=by, at=at)


@transaction.atomic
def delete_page(*, page: LandingPage) -> None:
    """Delete the page and how often it was opened. What was sent there stays."""
    page.delete()


@transaction.atomic
def delete_form(*, form: Form) -> None:
    """Delete a form that was never sent and stands on no page. Raises ``InUse``."""
    if form.submissions.exists() or form.landingpage_set.exists():
        raise InUse(_("This form was sent or stands on a page. Unpublish it instead."))
    form.delete()


def _clean(row: Any, needed: dict[str, int], others: dict[str, int]) -> None:
    for name, longest in (needed | others).items():
        lines = name in {"thanks", "body", "about"}
        text = clean_text(
            getattr(row, name), attr=name, max_length=longest, multiline=lines
        )
        if name in needed and not text:
            raise InvalidValue(_("Please fill this in."), attr=name)
        setattr(row, name, text)
    if row.language not in dict(settings.LANGUAGES):
        raise InvalidValue(_("We do not speak this language."), attr="language")


def _check_what_blocks_show(page: LandingPage) -> None:
    """Images and contents that there are; a form only where the page has one."""
    images = {b["image"] for b in page.blocks if b["type"] == "image"}
    # Locked: what nothing uses is deleted after a while.
    rows = Upload.objects.select_for_update(no_key=True).order_by("pk")
    there = rows.filter(key__in=images, width__gt=0) if images else ()
    if missing := images - {upload.key for upload in there}:
        raise BadBlocks(_("There is no image %(key)s.") % {"key": min(missing)})
    slugs = {b["content"] for b in page.blocks if b["type"] == "content"}
    found = Content.objects.filter(slug__in=slugs) if slugs else ()
    if missing := slugs - {content.slug for content in found}:
        raise BadBlocks(_("There is no content %(slug)s.") % {"slug": min(missing)})
    if page.form_id is None and any(b["type"] == "form" for b in page.blocks):
        raise BadBlocks(_("Choose the form that is to stand there."))


def clean_slug(slug: Any) -> str:
    """Part of an address: letters, digits, hyphens. Raises ``InvalidValue``."""
    text = clean_text(slug, attr="slug", max_length=60)
    try:
        validate_slug(text)
    except ValidationError as error:
        sentence = _("Letters, digits and hyphens only.")
        raise InvalidValue(sentence, attr="slug") from error
    return text.lower()


def _save(row: Any, *, title: str, by: User | None, at: datetime) -> Any:
    row.slug = clean_slug(row.slug or slugify(title)[:60])
    row.updated_at, row.updated_by = at, by
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise SlugTaken(_("Something else has this address.")) from error
    return row
