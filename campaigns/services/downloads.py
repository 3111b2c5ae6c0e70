"""Verbs about giving contents to those who asked for them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from campaigns.models import Content, DownloadGrant, FormSubmission, Message
from campaigns.models.content import GRANTED_FOR
from campaigns.rendering.mails import Draft
from campaigns.services.messages import plan_message
from campaigns.tokens import Door, make_token
from contacts.gate import Purpose
from contacts.models import Contact
from journeys.models.interaction import Kind
from journeys.senders import Sender
from journeys.services.relabeling import relabel_burst
from journeys.services.tracking import Report, track_interactions

SOURCE = "content"
# Anybody can type any address: so many mails with a link it gets in a day.
MAILS_A_DAY = 3
DAY = timedelta(days=1)


@transaction.atomic
def grant_download(
    *,
    content: Content,
    contact: Contact,
    at: datetime,
    submission: FormSubmission | None = None,
) -> DownloadGrant:
    """Let the contact have the content, and mail the link to it.

    Once for each ``submission``: a repeat gives the first. A mail with the same content
    goes to a contact once a day, and three with any contents.
    """
    values = {"at": at, "expires_at": at + GRANTED_FOR}
    if submission is None:
        return DownloadGrant.objects.create(content=content, contact=contact, **values)
    grant, is_new = DownloadGrant.objects.get_or_create(
        submission=submission,
        defaults={"content": content, "contact": contact, **values},
    )
    if is_new:
        _mail(grant, language=submission.form.language, at=at)
    return grant


def take_download(
    *, grant: DownloadGrant, sender: Sender, at: datetime
) -> Content | None:
    """Count a download and give its content; None if there is nothing left.

    As an interaction of the contact it counts once, however often it is repeated.
    Machines use nothing up; theirs is kept apart. Who takes three links of a person
    within ten seconds was a machine, as ``journeys.services.clicks`` has it.
    """
    content = _count(grant, sender, at=at)
    if content is not None and not sender.machine_reason:
        # In a transaction of its own, after the other: of links that are taken at the
        # same moment the last one sees all.
        relabel_burst(contact_id=grant.contact_id, at=at)
    return content


@transaction.atomic
def _count(grant: DownloadGrant, sender: Sender, *, at: datetime) -> Content | None:
    if at >= grant.expires_at:
        return None
    reason = sender.machine_reason
    rows = DownloadGrant.objects.filter(pk=grant.pk)
    if reason:
        rows.update(machines=F("machines") + 1)
    elif not rows.filter(left__gt=0).update(left=F("left") - 1, people=F("people") + 1):
        return None
    content = grant.content
    topics = list(content.topics.order_by("slug").values_list("slug", flat=True))
    link = grant.submission.link if grant.submission else None
    report = Report(
        contact=grant.contact,
        kind=Kind.CONTENT_DOWNLOAD,
        source=SOURCE,
        event_id=f"{grant.key}:machine" if reason else grant.key,
        occurred_at=at,
        title=content.title,
        url=content.url,
        properties={"content": content.slug, "topics": topics},
        measure=content.measure,
        link=link,
        is_machine=bool(reason),
        machine_reason=reason,
    )
    track_interactions(reports=[report], at=at)
    return content


def download_url(grant: DownloadGrant) -> str:
    """The link that lets whoever has it have the content, while the grant lasts."""
    token = make_token(Door.DOWNLOAD, key=grant.key, at=grant.at)
    return settings.SITE_URL + reverse("campaigns:download", args=[token])


def _mail(grant: DownloadGrant, *, language: str, at: datetime) -> None:
    key = f"content:{grant.content_id}:{grant.contact_id}:"
    mails = Message.objects.filter(
        contact=grant.contact, kind=Message.Kind.CONTENT, planned_at__gt=at - DAY
    )
    keys = list(mails.values_list("key", flat=True)[:MAILS_A_DAY])
    if len(keys) >= MAILS_A_DAY or any(each.startswith(key) for each in keys):
        return
    with translation.override(language):
        body = "\n\n".join(
            (
                _("here is what you have asked for:"),
                "**{{ content_title }}**",
                "[" + _("Get it") + ']({{ download_url }} "button")',
                _("The link works for 7 days."),
                _("If you have not asked for it, there is nothing to do."),
            )
        )
        plan_message(
            key=f"{key}{grant.key}",
            contact=grant.contact,
            purpose=Purpose.SERVICE,
            kind=Message.Kind.CONTENT,
            title=grant.content.title,
            draft=Draft(subject="{{ content_title }}", body=body),
            context={
                "content_title": grant.content.title,
                "download_url": download_url(grant),
            },
            measure=grant.content.measure,
            at=at,
            expires_at=grant.expires_at,
        )
