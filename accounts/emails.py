"""Mails to the people who work here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.languages import language_of
from accounts.models import Notification, User
from accounts.selectors import Inbox


def open_mail_server() -> Any:
    """A connection to the mail server. Whatever it does takes ten seconds at most."""
    server = get_connection()
    server.open()
    return server


def compose_notifications(
    recipient: User, lines: Sequence[Notification], *, of: int
) -> EmailMultiAlternatives:
    """The mail about some new lines of an inbox: ``lines`` of ``of`` in all."""
    first = lines[0]
    with translation.override(language_of(recipient)):
        subject = (
            " · ".join(filter(None, [first.title, first.subtitle]))
            if of == 1
            else ngettext(
                "%(count)s lead waits for you",
                "%(count)s leads wait for you",
                of,
            )
            % {"count": of}
        )
        context = {
            "recipient": recipient,
            "lines": lines,
            "more": of - len(lines),
            "site": settings.SITE_URL,
            "inbox_url": settings.SITE_URL + reverse("accounts:inbox"),
            "settings_url": settings.SITE_URL + reverse("accounts:settings"),
            "language": language_of(recipient),
        }
        mail = EmailMultiAlternatives(
            subject=" ".join(subject.split()),
            body=render_to_string("emails/notifications.txt", context),
            to=[recipient.email],
            headers={
                "Auto-Submitted": "auto-generated",
                "Message-ID": _message_id(first),
            },
        )
        html = render_to_string("emails/notifications.html", context)
    mail.attach_alternative(html, "text/html")
    return mail


def compose_digest(
    recipient: User, news: Inbox, *, day: date, zone: tzinfo
) -> EmailMultiAlternatives:
    """The daily mail: what is late, due today, back, and what else waits.

    Moments are by the clock of ``zone``.
    """
    language = language_of(recipient)
    with translation.override(language), timezone.override(zone):
        waiting = ngettext(
            "%(count)s line waits", "%(count)s lines wait", news.waiting
        ) % {"count": news.waiting_shown}
        late = _("%(count)s late") % {"count": news.late.count}
        said = ", ".join([waiting, *([late] if news.late.count else [])])
        context = {
            "recipient": recipient,
            "said": said,
            "parts": [
                {"title": title, "lines": part.lines, "more": part.more}
                for title, part in (
                    (_("Late"), news.late),
                    (_("Due today"), news.today),
                    (_("Back from being put off"), news.back),
                    (_("Waiting"), news.rest),
                )
                if part.count
            ],
            "site": settings.SITE_URL,
            "inbox_url": settings.SITE_URL + reverse("accounts:inbox"),
            "settings_url": settings.SITE_URL + reverse("accounts:settings"),
            "language": language,
        }
        subject = _("Your day: %(said)s") % {"said": said}
        mail = EmailMultiAlternatives(
            subject=" ".join(subject.split()),
            body=render_to_string("emails/digest.txt", context),
            to=[recipient.email],
            headers={
                "Auto-Submitted": "auto-generated",
                "Message-ID": f"<digest-{recipient.pk}-{day:%Y%m%d}@{_host()}>",
            },
        )
        html = render_to_string("emails/digest.html", context)
    mail.attach_alternative(html, "text/html")
    return mail


def compose_invitation(user: User, *, link: str) -> EmailMultiAlternatives:
    """The mail with which somebody who was added sets a password."""
    with translation.override(language_of(user)):
        context = {"user": user, "link": link, "site": settings.SITE_URL}
        return EmailMultiAlternatives(
            subject=_("Your access to LeadHub"),
            body=render_to_string("emails/invitation.txt", context),
            to=[user.email],
            headers={"Auto-Submitted": "auto-generated"},
        )


def _message_id(first: Notification) -> str:
    """Made of the row, so that a bounce tells what it is about."""
    return f"<notification-{first.pk}-{first.mail_attempts}@{_host()}>"


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"
