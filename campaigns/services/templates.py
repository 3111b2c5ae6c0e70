"""Mails to be filled in: writing, changing and putting them away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models.mail_template import MailTemplate
from campaigns.models.sequence import Step
from campaigns.rendering.language import MAX_SOURCE
from campaigns.rendering.mails import Draft, check_draft
from campaigns.selectors.values import names_to_fill_in
from contacts.text import clean_text
from journeys.models import TrackedLink
from leadhub.errors import DomainError, InvalidValue

LENGTHS = {"name": 100, "subject": 200, "preheader": 200, "body": MAX_SOURCE}


class TemplateInUse(DomainError):
    code = "template_in_use"


class TemplateNameTaken(DomainError):
    code = "name_taken"


@transaction.atomic
def save_template(
    *, template: MailTemplate, by: User | None, at: datetime, **values: Any
) -> MailTemplate:
    """Store a new or changed template. What is planned with it is sent as it is then.

    ``values``: name, subject, preheader, body, language. Raises ``InvalidValue`` (of it
    ``UnknownName`` and others of ``campaigns.rendering``) and ``TemplateNameTaken``.
    """
    for name, value in values.items():
        if name in LENGTHS:
            value = clean_text(
                value, attr=name, max_length=LENGTHS[name], multiline=name == "body"
            )
        setattr(template, name, value)
    if not template.name:
        raise InvalidValue(_("Give the template a name."), attr="name")
    if template.language not in dict(settings.LANGUAGES):
        raise InvalidValue(_("There is no such language."), attr="language")
    check_draft(draft_of(template), names=names_to_fill_in())
    template.updated_at, template.updated_by = at, by
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        raise TemplateNameTaken(_("Another template has this name.")) from error
    return template


@transaction.atomic
def archive_template(*, template: MailTemplate, at: datetime) -> MailTemplate:
    """Offer the template no more. What was planned with it is still sent. Repeatable."""
    MailTemplate.objects.filter(pk=template.pk, archived_at=None).update(archived_at=at)
    template.refresh_from_db()
    return template


def restore_template(*, template: MailTemplate) -> MailTemplate:
    """Offer it again."""
    MailTemplate.objects.filter(pk=template.pk).update(archived_at=None)
    template.refresh_from_db()
    return template


@transaction.atomic
def delete_template(*, template: MailTemplate) -> None:
    """Delete a template that no mail was planned with, and no step of a sequence names.

    Raises ``TemplateInUse``.
    """
    steps = Step.objects.filter(kind=Step.Kind.MAIL, settings__template=template.pk)
    if template.messages.exists() or steps.exists():
        raise TemplateInUse(_("Mails were made of it. Put it away instead."))
    # What mails had in common that are not there any more.
    TrackedLink.objects.filter(
        mail_link__scope__startswith=f"template:{template.pk}:"
    ).delete()
    template.delete()


def draft_of(template: MailTemplate) -> Draft:
    return Draft(template.subject, template.body, template.preheader)
