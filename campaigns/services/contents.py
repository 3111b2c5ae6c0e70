"""Verbs about contents and their topics."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models import Content, Topic
from campaigns.services.pages import SlugTaken, clean_slug
from campaigns.services.uploads import delete_upload
from contacts.text import clean_text
from journeys.models import Phase, TrackedLink
from journeys.services.carrying import carrying
from journeys.services.links import BadTarget, clean_target
from leadhub.errors import DomainError, InvalidValue

MOST_TOPICS = 20


class NothingToGive(InvalidValue):
    code = "nothing_to_give"
    attr = "url"


class ContentInUse(DomainError):
    code = "content_in_use"


@transaction.atomic
def save_content(
    *,
    content: Content,
    by: User | None,
    at: datetime,
    topics: Collection[str] | None = None,
    phases: Collection[Phase] | None = None,
    **values: Any,
) -> Content:
    """Store a new or changed content.

    ``topics`` are slugs or names; those that there are not yet are made. ``values``:
    slug, title, description, language, upload, url, measure; without a slug it is made
    from the title. Raises ``InvalidValue``, ``SlugTaken``.
    """
    for name, value in values.items():
        setattr(content, name, value)
    content.title = clean_text(content.title, attr="title", max_length=120)
    if not content.title:
        raise InvalidValue(_("Please fill this in."), attr="title")
    content.description = clean_text(
        content.description, attr="description", max_length=1000, multiline=True
    )
    content.slug = clean_slug(content.slug or slugify(content.title)[:60])
    if content.language not in dict(settings.LANGUAGES):
        raise InvalidValue(_("We do not speak this language."), attr="language")
    if content.url:
        try:
            content.url = clean_target(content.url)
        except BadTarget as error:
            raise InvalidValue(str(error), attr="url") from error
    if bool(content.url) == bool(content.upload_id):
        raise NothingToGive(_("Either a file or an address."))
    content.updated_at, content.updated_by = at, by
    measure_id = None if content.archived_at else content.measure_id
    try:
        with carrying("content", content, measure_id=measure_id, by=by, at=at):
            content.save()
    except IntegrityError as error:
        raise SlugTaken(_("Something else has this address.")) from error
    if topics is not None:
        content.topics.set(ensure_topics(topics=topics))
    if phases is not None:
        content.phases.set(phases)
    return content


@transaction.atomic
def archive_content(*, content: Content, by: User, at: datetime) -> Content:
    """Offer it no more. What was granted still works. Safe to repeat."""
    with carrying("content", content, measure_id=None, by=by, at=at):
        Content.objects.filter(pk=content.pk, archived_at=None).update(archived_at=at)
    content.refresh_from_db()
    return content


def restore_content(*, content: Content, by: User, at: datetime) -> Content:
    """Offer it again."""
    with carrying("content", content, measure_id=content.measure_id, by=by, at=at):
        Content.objects.filter(pk=content.pk).update(archived_at=None)
    content.refresh_from_db()
    return content


@transaction.atomic
def delete_content(*, content: Content) -> None:
    """Delete a content that no form trades, with its file and reps' links to it.

    Raises ``ContentInUse``.
    """
    if content.forms.exists():
        raise ContentInUse(_("A form trades it. Archive it instead."))
    TrackedLink.objects.filter(content_link__content=content).delete()
    upload = content.upload
    content.delete()
    if upload is not None and not upload.contents.exists():
        delete_upload(upload=upload)


@transaction.atomic
def ensure_topics(*, topics: Collection[str]) -> list[Topic]:
    """The topics of these slugs or names, in no order; made where there is none.

    Raises ``InvalidValue``.
    """
    if len(topics) > MOST_TOPICS:
        sentence = _("At most %(most)s topics.") % {"most": MOST_TOPICS}
        raise InvalidValue(sentence, attr="topics")
    names = {}
    for topic in topics:
        name = clean_text(topic, attr="topics", max_length=80)
        slug = slugify(name)[:60]
        if not slug:
            raise InvalidValue(_("Topics are words."), attr="topics")
        names.setdefault(slug, name)
    Topic.objects.bulk_create(
        (Topic(slug=slug, name=name) for slug, name in sorted(names.items())),
        ignore_conflicts=True,
    )
    return list(Topic.objects.filter(slug__in=names))
