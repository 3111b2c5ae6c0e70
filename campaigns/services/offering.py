"""Verbs of reps who send contents to people."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models import Content, ContentLink, Message
from campaigns.rendering.mails import Draft
from campaigns.selectors.contents import where_offered
from campaigns.services.messages import plan_message
from contacts.gate import Purpose
from contacts.models import Contact
from journeys.models import TrackedLink
from journeys.models.interaction import Channel
from journeys.services.links import create_link, public_url, save_link
from leadhub.errors import DomainError


class NotOffered(DomainError):
    code = "not_offered"


class NoAddress(DomainError):
    code = "no_address"


@transaction.atomic
def link_to_content(*, content: Content, rep: User, at: datetime) -> TrackedLink:
    """The rep's own link to where the content is to be had.

    One for each content and rep; it is led to where the content is offered now. What
    comes of it is credited to the rep and the content's measure. Raises ``NotOffered``.
    """
    target = where_offered([content]).get(content.pk)
    if not target:
        raise NotOffered(
            _("No published form trades this content yet, so no link can lead to it.")
        )
    rows = ContentLink.objects.filter(content=content, rep=rep).select_related("link")
    known = rows.first()
    if known is None:
        try:
            with transaction.atomic():
                link = create_link(
                    name=f"{content.title[:80]} ({str(rep)[:36]})",
                    target_url=target,
                    by=rep,
                    at=at,
                    channel=Channel.DIRECT,
                    measure=content.measure,
                    rep=rep,
                )
                ContentLink.objects.create(content=content, rep=rep, link=link)
                return link
        except IntegrityError:  # the same rep, twice at once
            known = rows.get()
    link = known.link
    if (link.target_url, link.measure_id) != (target, content.measure_id):
        measure = content.measure
        save_link(link=link, by=None, at=at, target_url=target, measure=measure)
    return link


def send_content(
    *,
    content: Content,
    contact: Contact,
    subject: str,
    text: str,
    action: str,
    by: User,
    at: datetime,
) -> Message:
    """Mail ``by``'s link to a content to the contact, in ``by``'s name.

    The gate decides when it is sent, as of every mail. ``action`` is the number of
    this sending, so that sending it twice sends one mail. Where the text does not say
    ``{{ content_url }}``, the link stands at its end. Raises ``NotOffered``,
    ``NoAddress``, and what ``plan_message`` has against the words.
    """
    if not contact.email:
        raise NoAddress(_("This contact has no e-mail address."))
    link = link_to_content(content=content, rep=by, at=at)
    if "content_url" not in text:
        text = f"{text}\n\n[{{{{ content_title }}}}]({{{{ content_url }}}})"
    return plan_message(
        key=f"rep:{by.pk}:{contact.pk}:{action}",
        contact=contact,
        purpose=Purpose.PERSONAL,
        kind=Message.Kind.PERSONAL,
        title=content.title,
        draft=Draft(subject=subject, body=text),
        context={"content_title": content.title, "content_url": public_url(link)},
        measure=content.measure,
        by=by,
        at=at,
    )
